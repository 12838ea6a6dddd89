import { identify } from "../process-identity.ts";
import { type RecordedProcess, writeRecord } from "../process-record.ts";
import type { Behaviour, Launched } from "./behaviour.ts";

const soonMs = 100;

/** Keeps a record of the running processes in the data directory, for a start after this one was killed. */
export const recordProcesses: Behaviour = (launched) => {
  let timer: NodeJS.Timeout | undefined;
  // Many start at once; one record of all of them is enough.
  const recordSoon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      record(launched);
    }, soonMs);
  };
  return {
    watch({ events }) {
      events.on("started", recordSoon);
      events.on("exited", recordSoon);
    },
    afterStop() {
      clearTimeout(timer);
      record(launched);
    },
  };
};

function record({ children, dataDirectory }: Launched): void {
  const running = [...children.values()].flatMap(({ plan, pid }): RecordedProcess[] => {
    const identity = pid === undefined ? undefined : identify(pid);
    const argument = plan.command.args.at(-1) ?? plan.command.program;
    return identity ? [{ ...identity, name: plan.name, argument }] : [];
  });
  writeRecord(dataDirectory.path, running);
}
