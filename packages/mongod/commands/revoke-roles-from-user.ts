import { withoutRoles } from "../access/documents.ts";
import { requiredRolesIn, toHandOut, userNamed } from "../access/name-arguments.ts";
import type { Command } from "./command.ts";

export const revokeRolesFromUser: Command = {
  help: "Takes roles from a user, from the next command of his connections on.",
  writes: true,
  privileges: (call) => toHandOut(requiredRolesIn(call), "revokeRole"),
  run(call) {
    const access = call.instance.control;
    const roles = requiredRolesIn(call);
    const user = access.user(userNamed(call));
    access.requireRoles(roles);
    access.putUser({ ...user, roles: withoutRoles(user.roles, roles) });
    return { ok: 1 };
  },
};
