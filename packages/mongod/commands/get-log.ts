import { field, requiredString } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { type Command, onCluster } from "./command.ts";

export const getLog: Command = {
  help: "The last lines of the log",
  privileges: onCluster("getLog"),
  adminOnly: true,
  run({ body, instance }) {
    const which = requiredString(field(body, "getLog", "getLog"));
    if (which === "*") return { names: ["global", "startupWarnings"], ok: 1 };
    if (which !== "global" && which !== "startupWarnings") {
      throw new MongoError("OperationFailed", `No log named '${which}'`);
    }
    const log = [...instance.log.recent(which)];
    return { totalLinesWritten: log.length, log, ok: 1 };
  },
};
