import { withRoles } from "../access/documents.ts";
import { requiredRolesIn, toHandOut, userNamed } from "../access/name-arguments.ts";
import type { Command } from "./command.ts";

export const grantRolesToUser: Command = {
  help: "Gives roles to a user, from the next command of his connections on.",
  writes: true,
  privileges: (call) => toHandOut(requiredRolesIn(call), "grantRole"),
  run(call) {
    const access = call.instance.control;
    const roles = requiredRolesIn(call);
    const user = access.user(userNamed(call));
    access.requireRoles(roles);
    access.putUser({ ...user, roles: withRoles(user.roles, roles) });
    return { ok: 1 };
  },
};
