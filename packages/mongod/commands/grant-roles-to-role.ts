import { customRole, refuseCycle } from "../access/custom-role.ts";
import { withRoles } from "../access/documents.ts";
import { requiredRolesIn, toHandOut } from "../access/name-arguments.ts";
import type { Command } from "./command.ts";

export const grantRolesToRole: Command = {
  help: "Gives roles to a custom role.",
  writes: true,
  privileges: (call) => toHandOut(requiredRolesIn(call), "grantRole"),
  run(call) {
    const access = call.instance.control;
    const roles = requiredRolesIn(call);
    const role = customRole(call);
    access.requireRoles(roles);
    refuseCycle(call, role, roles);
    access.putRole({ ...role, roles: withRoles(role.roles, roles) });
    return { ok: 1 };
  },
};
