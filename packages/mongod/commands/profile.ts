import { field, optionalNumber } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { type Command, onDatabase } from "./command.ts";

export const profile: Command = {
  help: "How slow a command has to be to be logged; there is no profiler",
  privileges: onDatabase("enableProfiler"),
  run({ body, instance }) {
    const level = optionalNumber(field(body, "profile", "profile")) ?? -1;
    if (level > 0) {
      throw new MongoError("CommandNotSupported", "the profiler is not supported by this server");
    }
    const slowms = instance.slowMs;
    instance.slowMs = optionalNumber(field(body, "slowms", "profile")) ?? slowms;
    return { was: 0, slowms, sampleRate: 1, ok: 1 };
  },
};
