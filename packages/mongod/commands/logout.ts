import { accessOf } from "../access/client-access.ts";
import { type Command, noPrivileges } from "./command.ts";

export const logout: Command = {
  help: "Ends the login that the connection has in this database.",
  privileges: noPrivileges,
  beforeLogin: true,
  run({ client, db, instance }) {
    accessOf(client, instance.control).logOut(db);
    return { ok: 1 };
  },
};
