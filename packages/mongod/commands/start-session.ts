import { UUID } from "bson";
import { limits } from "../limits.ts";
import { type Command, noPrivileges } from "./command.ts";

export const startSession: Command = {
  help: "Begins a logical session",
  privileges: noPrivileges,
  run: () => ({
    id: { id: new UUID() },
    timeoutMinutes: limits.localLogicalSessionTimeoutMinutes,
    ok: 1,
  }),
};
