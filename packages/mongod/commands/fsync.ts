import { field, optionalBoolean } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { type Command, onCluster } from "./command.ts";

export const fsync: Command = {
  help: "Waits until everything that was written survives a loss of power",
  privileges: onCluster("fsync"),
  adminOnly: true,
  async run({ body, instance }) {
    if (optionalBoolean(field(body, "lock", "fsync"))) {
      throw new MongoError(
        "CommandNotSupported",
        "fsync with lock is not supported by this server",
      );
    }
    await instance.storage.flush();
    return { numFiles: 1, ok: 1 };
  },
};
