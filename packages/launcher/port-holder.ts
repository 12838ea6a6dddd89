import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { commandLineOf } from "./process-identity.ts";

const commandLengthMax = 160;

/** `pid 812 (redis-server *:6379)`: who listens on a port, as far as `/proc` lets this user see. */
export function portHolder(port: number): string | undefined {
  const inodes = socketInodes((local, state) => state === "listening" && local === port);
  if (inodes.size === 0) return undefined;
  const pid = numericEntries("/proc").find((candidate) => holdsSocket(candidate, inodes));
  if (pid === undefined) return undefined;
  const [program = "", ...args] = commandLineOf(pid);
  return `pid ${pid} (${[basename(program), ...args].join(" ").slice(0, commandLengthMax)})`;
}

/** The inodes of this machine's TCP sockets of which it is so, by their own port and state. */
export function socketInodes(
  isWanted: (localPort: number, state: "listening" | "other") => boolean,
): ReadonlySet<string> {
  const listen = "0A";
  const lines = ["tcp", "tcp6"].flatMap((protocol) =>
    readText(`/proc/net/${protocol}`).split("\n").slice(1),
  );
  return new Set(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = "", , state]) =>
        isWanted(Number.parseInt(local.slice(-4), 16), state === listen ? "listening" : "other"),
      )
      .map((fields) => fields[9] ?? ""),
  );
}

/** Whether a process has one of those sockets open. */
export function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  return numericEntries(`/proc/${pid}/fd`).some((descriptor) => {
    const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${descriptor}`))?.[1];
    return inode !== undefined && inodes.has(inode);
  });
}

function numericEntries(directory: string): number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // Somebody else's process, or one that has ended: it cannot be looked into.
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed in the meantime.
    return "";
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A system without /proc.
    return "";
  }
}
