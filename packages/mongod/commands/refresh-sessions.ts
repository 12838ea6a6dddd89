import { type Command, noPrivileges } from "./command.ts";

export const refreshSessions: Command = {
  help: "Keeps logical sessions alive, which they are anyhow",
  privileges: noPrivileges,
  run: () => ({ ok: 1 }),
};
