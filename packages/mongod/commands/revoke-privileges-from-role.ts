import { customRole } from "../access/custom-role.ts";
import { privilegesIn, toHandOutPrivileges } from "../access/name-arguments.ts";
import { PrivilegeSet } from "../access/privileges.ts";
import type { Command } from "./command.ts";

export const revokePrivilegesFromRole: Command = {
  help: "Takes privileges from a custom role.",
  writes: true,
  privileges: (call) => toHandOutPrivileges(privilegesIn(call) ?? [], "revokeRole"),
  run(call) {
    const role = customRole(call);
    const privileges = new PrivilegeSet(role.privileges);
    for (const privilege of privilegesIn(call) ?? []) privileges.remove(privilege);
    call.instance.control.putRole({ ...role, privileges: privileges.list() });
    return { ok: 1 };
  },
};
