import { customRole } from "../access/custom-role.ts";
import { privilegesIn, toHandOutPrivileges } from "../access/name-arguments.ts";
import { PrivilegeSet } from "../access/privileges.ts";
import type { Command } from "./command.ts";

export const grantPrivilegesToRole: Command = {
  help: "Gives privileges to a custom role.",
  writes: true,
  privileges: (call) => toHandOutPrivileges(privilegesIn(call) ?? [], "grantRole"),
  run(call) {
    const role = customRole(call);
    const privileges = new PrivilegeSet(role.privileges);
    for (const privilege of privilegesIn(call) ?? []) privileges.add(privilege);
    call.instance.control.putRole({ ...role, privileges: privileges.list() });
    return { ok: 1 };
  },
};
