import { identify } from "../process-identity.ts";
import { type RecordedProcess, writeRecord } from "../process-record.ts";
import type { Behaviour, Launched } from "./behaviour.ts";

/** Keeps a record of the running processes in the data directory, for a start after this one was killed. */
export const recordProcesses: Behaviour = (launched) => ({
  watch(child) {
    child.events.on("started", () => record(launched));
    child.events.on("exited", () => record(launched));
  },
});

function record({ children, dataDirectory }: Launched): void {
  const running = [...children.values()].flatMap(({ plan, pid }): RecordedProcess[] => {
    const identity = pid === undefined ? undefined : identify(pid);
    const argument = plan.command.args.at(-1) ?? plan.command.program;
    return identity ? [{ ...identity, name: plan.name, argument }] : [];
  });
  writeRecord(dataDirectory.path, running);
}
