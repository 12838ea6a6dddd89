import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
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

/**
 * Remembers a process, so that the next start can end it if this one could not. The record only grows while an
 * application runs: replacing the file would wait for the disk, and a process that has ended does no harm in it.
 */
export function recordProcess(directory: string, process: RecordedProcess): void {
  appendFileSync(recordFile(directory), `${JSON.stringify(process)}\n`);
}

/**
 * Ends what an earlier start left running, begins a new record, and resolves with the names when all is gone. Only a process that was
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
  rmSync(recordFile(directory), { force: true });
  return leftovers.map(({ name }) => name);
}

function readRecord(directory: string): readonly RecordedProcess[] {
  const file = recordFile(directory);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return lines.flatMap((line) => parse(line));
}

/** Nothing for a line cut short, as by a full disk: then nothing is known and nothing ended. */
function parse(line: string): RecordedProcess[] {
  try {
    const value: unknown = JSON.parse(line);
    return isRecorded(value) ? [value] : [];
  } catch {
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
  return join(directory, "processes.jsonl");
}
