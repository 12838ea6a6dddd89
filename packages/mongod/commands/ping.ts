import { type Command, noPrivileges } from "./command.ts";

export const ping: Command = {
  help: "Answers, which is all it does",
  privileges: noPrivileges,
  beforeLogin: true,
  run: () => ({ ok: 1 }),
};
