import { MongoError } from "../errors.ts";
import { type Command, noPrivileges } from "./command.ts";

/** As on a mongod that is no member of a replica set. */
export const commitTransaction: Command = {
  help: "Refused: there are no transactions",
  privileges: noPrivileges,
  adminOnly: true,
  run() {
    const text = "Transaction numbers are only allowed on a replica set member or mongos";
    throw new MongoError("IllegalOperation", text);
  },
};
