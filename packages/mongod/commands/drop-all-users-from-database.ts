import { Int32 } from "bson";
import { type Command, onDatabase } from "./command.ts";

export const dropAllUsersFromDatabase: Command = {
  help: "Drops every user of the database.",
  writes: true,
  privileges: onDatabase("dropUser"),
  run({ db, instance: { control: access } }) {
    const users = access.users().filter((user) => user.db === db);
    for (const user of users) access.removeUser(user);
    return { n: new Int32(users.length), ok: 1 };
  },
};
