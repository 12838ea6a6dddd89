import { Int32 } from "bson";
import { type Command, onDatabase } from "./command.ts";

export const dropAllRolesFromDatabase: Command = {
  help: "Drops every custom role of the database.",
  writes: true,
  privileges: onDatabase("dropRole"),
  run({ db, instance: { control: access } }) {
    const roles = access.roles().filter((role) => role.db === db);
    for (const role of roles) access.removeRole(role);
    return { n: new Int32(roles.length), ok: 1 };
  },
};
