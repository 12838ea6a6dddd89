import { displayName } from "../access/documents.ts";
import { userNamed } from "../access/name-arguments.ts";
import { MongoError } from "../errors.ts";
import { type Command, onDatabase } from "./command.ts";

export const dropUser: Command = {
  help: "Drops a user; connections that he has open lose his privileges at once.",
  writes: true,
  privileges: onDatabase("dropUser"),
  run(call) {
    const name = userNamed(call);
    if (call.instance.control.removeUser(name)) return { ok: 1 };
    throw new MongoError("UserNotFound", `User '${displayName(name)}' not found`);
  },
};
