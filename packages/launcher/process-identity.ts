import { readFileSync } from "node:fs";

/** What tells a process from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in clock ticks since the machine was. */
  readonly startTicks: string;
  /** Which run of the machine those ticks belong to. */
  readonly bootId: string;
}

/** Identifies a running process. Undefined if there is none of that pid, or this system has no `/proc`. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`${pid}/stat`);
  const bootId = readProc("sys/kernel/random/boot_id")?.trim();
  if (stat === undefined || bootId === undefined) return undefined;
  // The program's name stands in parentheses and may hold spaces; the fields after it are counted from 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const startTicks = fields[19];
  if (startTicks === undefined || state === "Z") return undefined;
  return { pid, startTicks, bootId };
}

/** Whether that very process still runs. */
export function isStillRunning(process: ProcessIdentity): boolean {
  const now = identify(process.pid);
  return now?.startTicks === process.startTicks && now.bootId === process.bootId;
}

/** The arguments that a process was started with, the program first; empty if it cannot be told. */
export function commandLineOf(pid: number): readonly string[] {
  return (readProc(`${pid}/cmdline`) ?? "").split("\0").filter((argument) => argument !== "");
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch {
    // Ended in the meantime, somebody else's, or a system without /proc: nothing is known.
    return undefined;
  }
}
