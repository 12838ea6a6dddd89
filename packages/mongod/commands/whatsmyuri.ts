import { type Command, noPrivileges } from "./command.ts";

export const whatsmyuri: Command = {
  help: "The address that the client has for the server",
  privileges: noPrivileges,
  beforeLogin: true,
  run: ({ client }) => ({ you: client.remote, ok: 1 }),
};
