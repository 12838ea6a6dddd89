import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

let tickMs: number | undefined;

/** The CPU time that a process has spent so far, in user and in system mode, in milliseconds. */
export function cpuMs(pid: number): number {
  tickMs ??= 1_000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may contain spaces; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** The memory of a process in bytes, with its share of the pages that it has in common with others. */
export function proportionalBytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
  if (kibibytes === undefined) throw new Error(`the kernel does not tell the memory of ${pid}`);
  return Number(kibibytes) * 1_024;
}
