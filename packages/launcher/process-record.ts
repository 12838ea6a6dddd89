import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLineOf, isStillRunning, type ProcessIdentity } from "./process-identity.ts";

/** A process that runs on behalf of a data directory. */
export interface RecordedProcess extends ProcessIdentity {
  readonly name: string;
  /** Part of its command line, as a second check that a pid means what it meant. */
  readonly argument: string;
}

const goneDeadlineMs = 5_000;
const pauseMs = 20;

/** Remembers which processes run, so that the next start can end those that this one could not. */
export function writeRecord(directory: string, processes: readonly RecordedProcess[]): void {
  const file = recordFile(directory);
  writeFileSync(`${file}.new`, `${JSON.stringify({ processes }, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/**
 * Ends what an earlier start left running and resolves, when it is gone, with the names. Only a process that was
 * recorded, that started at the recorded moment and has the recorded command line is touched: never one that was
 * given the pid of one of ours later.
 */
export async function endLeftovers(directory: string): Promise<readonly string[]> {
  const leftovers = readRecord(directory).filter(
    (process) => isStillRunning(process) && commandLineOf(process.pid).includes(process.argument),
  );
  for (const { pid } of leftovers) process.kill(pid, "SIGKILL");
  const deadlineMs = Date.now() + goneDeadlineMs;
  while (leftovers.some(isStillRunning)) {
    if (Date.now() > deadlineMs) throw new Error(`cannot end ${leftovers.map(({ pid }) => pid)}`);
    await sleep(pauseMs);
  }
  return leftovers.map(({ name }) => name);
}

function readRecord(directory: string): readonly RecordedProcess[] {
  try {
    const { processes } = JSON.parse(readFileSync(recordFile(directory), "utf8"));
    return Array.isArray(processes) ? processes.filter(isRecorded) : [];
  } catch {
    // No start before this one, or a record cut short by a full disk: then nothing is known and nothing ended.
    return [];
  }
}

function isRecorded(value: unknown): value is RecordedProcess {
  if (typeof value !== "object" || value === null) return false;
  const { pid, startTicks, bootId, name, argument } = value as Partial<RecordedProcess>;
  const texts = [startTicks, bootId, name, argument];
  return (
    Number.isSafeInteger(pid) && Number(pid) > 1 && texts.every((text) => typeof text === "string")
  );
}

function recordFile(directory: string): string {
  return join(directory, "processes.json");
}
