import { type Command, noPrivileges } from "./command.ts";
import { commands } from "./index.ts";

export const listCommands: Command = {
  help: "The commands of the server",
  privileges: noPrivileges,
  async run() {
    const described = Object.entries(commands).map(async ([name, load]) => {
      const { help, adminOnly, beforeLogin } = await load();
      return [name, { help, requiresAuth: !beforeLogin, adminOnly: adminOnly ?? false }];
    });
    return { commands: Object.fromEntries(await Promise.all(described)), ok: 1 };
  },
};
