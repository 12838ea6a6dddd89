import { customRole, refuseCycle } from "../access/custom-role.ts";
import { privilegesIn, rolesIn, toHandOut, toHandOutPrivileges } from "../access/name-arguments.ts";
import { PrivilegeSet } from "../access/privileges.ts";
import { refuseRestrictions } from "../access/restrictions.ts";
import { MongoError } from "../errors.ts";
import type { Command } from "./command.ts";

export const updateRole: Command = {
  help: "Sets the privileges or the inherited roles of a custom role.",
  writes: true,
  privileges: (call) => [
    { resource: { db: "", collection: "" }, actions: ["revokeRole"] },
    ...toHandOut(rolesIn(call) ?? [], "grantRole"),
    ...toHandOutPrivileges(privilegesIn(call) ?? [], "grantRole"),
  ],
  run(call) {
    const access = call.instance.control;
    const roles = rolesIn(call);
    const privileges = privilegesIn(call);
    if (!roles && !privileges) {
      throw new MongoError("BadValue", "Must specify at least one field to update in updateRole");
    }
    refuseRestrictions(call);
    const role = customRole(call);
    access.requireRoles(roles ?? []);
    refuseCycle(call, role, roles ?? []);
    access.putRole({
      ...role,
      ...(privileges ? { privileges: new PrivilegeSet(privileges).list() } : {}),
      ...(roles ? { roles } : {}),
    });
    return { ok: 1 };
  },
};
