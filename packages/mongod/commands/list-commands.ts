import { type Command, noPrivileges } from "./command.ts";
import { commands } from "./index.ts";

export const listCommands: Command = {
  help: "The commands of the server",
  privileges: noPrivileges,
  run() {
    const described = Object.entries(commands).map(([name, { help, adminOnly, beforeLogin }]) => {
      return [name, { help, requiresAuth: !beforeLogin, adminOnly: adminOnly ?? false }];
    });
    return { commands: Object.fromEntries(described), ok: 1 };
  },
};
