import { identify } from "../process-identity.ts";
import { recordProcess } from "../process-record.ts";
import type { Behaviour } from "./behaviour.ts";

/** Keeps a record of the started processes in the data directory, for a start after this one was killed. */
export const recordProcesses: Behaviour = ({ dataDirectory }) => ({
  watch(child) {
    child.events.on("started", () => {
      const identity = child.pid === undefined ? undefined : identify(child.pid);
      if (!identity) return;
      const { command } = child.setup;
      const argument = command.args.at(-1) ?? command.program;
      recordProcess(dataDirectory.path, { ...identity, name: child.plan.name, argument });
    });
  },
});
