import { isBuiltInRole } from "../access/built-in-roles.ts";
import { displayName, idOf } from "../access/documents.ts";
import {
  privilegesIn,
  requiredRolesIn,
  roleNamed,
  toHandOut,
  toHandOutPrivileges,
} from "../access/name-arguments.ts";
import { PrivilegeSet } from "../access/privileges.ts";
import { refuseRestrictions } from "../access/restrictions.ts";
import { MongoError } from "../errors.ts";
import type { Command } from "./command.ts";

export const createRole: Command = {
  help: "Adds a custom role to the database.",
  writes: true,
  privileges: (call) => [
    { resource: { db: call.db, collection: "" }, actions: ["createRole"] },
    ...toHandOut(requiredRolesIn(call), "grantRole"),
    ...toHandOutPrivileges(privilegesIn(call) ?? [], "grantRole"),
  ],
  run(call) {
    const access = call.instance.control;
    const name = roleNamed(call);
    const roles = requiredRolesIn(call);
    const privileges = privilegesIn(call);
    if (!privileges) {
      throw new MongoError(
        "Location40414",
        "BSON field 'createRole.privileges' is missing but a required field",
      );
    }
    if (isBuiltInRole(name.role, name.db)) {
      throw new MongoError("BadValue", "Cannot create roles with the same name as a built-in role");
    }
    refuseRestrictions(call);
    if (access.findRole(name)) {
      throw new MongoError("Location51002", `Role "${displayName(name)}" already exists`);
    }
    access.requireRoles(roles);
    const merged = new PrivilegeSet(privileges).list();
    access.putRole({ _id: idOf(name), ...name, privileges: merged, roles });
    return { ok: 1 };
  },
};
