import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { commandLineOf } from "./process-identity.ts";

const commandLengthMax = 160;

/** `pid 812 (redis-server *:6379)`: who listens on a port, as far as `/proc` lets this user see. */
export function portHolder(port: number): string | undefined {
  const inodes = new Set([...listeners("tcp", port), ...listeners("tcp6", port)]);
  if (inodes.size === 0) return undefined;
  const pid = numericEntries("/proc").find((candidate) => holdsSocket(candidate, inodes));
  if (pid === undefined) return undefined;
  const [program = "", ...args] = commandLineOf(pid);
  return `pid ${pid} (${[basename(program), ...args].join(" ").slice(0, commandLengthMax)})`;
}

/** The inodes of the sockets that listen on a port. */
function listeners(protocol: "tcp" | "tcp6", port: number): string[] {
  const listen = "0A";
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return readText(`/proc/net/${protocol}`)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === listen && local?.endsWith(`:${hexPort}`))
    .map((fields) => fields[9] ?? "");
}

function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
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
