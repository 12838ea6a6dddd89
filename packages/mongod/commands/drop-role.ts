import { customRole } from "../access/custom-role.ts";
import { type Command, onDatabase } from "./command.ts";

export const dropRole: Command = {
  help: "Drops a custom role and takes it from everybody who has it.",
  writes: true,
  privileges: onDatabase("dropRole"),
  run(call) {
    call.instance.control.removeRole(customRole(call));
    return { ok: 1 };
  },
};
