import { join, resolve } from "node:path";

/** Where the files of an application's faults are. */
export interface Places {
  /** What services read. */
  readonly flags: string;
  /** What was done and when, for scoring. */
  readonly journal: string;
  readonly injections: string;
  readonly lock: string;
}

/**
 * Flags are in the data directory, as services are told of them. The ground truth is in a directory beside it,
 * `<data directory>.truth`, of which no service and no database is told; each project that shares the flags has one.
 */
export function placesOf(dataDirectory: string, project?: string): Places {
  const truth = `${resolve(dataDirectory)}${project === undefined ? "" : `-${project}`}.truth`;
  return {
    flags: join(resolve(dataDirectory), "flags.json"),
    journal: join(truth, "journal.jsonl"),
    injections: join(truth, "injections.json"),
    lock: join(truth, "lock"),
  };
}
