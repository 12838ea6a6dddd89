import { customRole } from "../access/custom-role.ts";
import { withoutRoles } from "../access/documents.ts";
import { requiredRolesIn, toHandOut } from "../access/name-arguments.ts";
import type { Command } from "./command.ts";

export const revokeRolesFromRole: Command = {
  help: "Takes roles from a custom role.",
  writes: true,
  privileges: (call) => toHandOut(requiredRolesIn(call), "revokeRole"),
  run(call) {
    const access = call.instance.control;
    const roles = requiredRolesIn(call);
    const role = customRole(call);
    access.requireRoles(roles);

    access.putRole({ ...role, roles: withoutRoles(role.roles, roles) });
    return { ok: 1 };
  },
};
