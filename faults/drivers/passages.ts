import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Disturbance, DriverError } from "../driver.ts";

/** What a passage is told, as JSON on its standard input. */
export interface PassageOrder {
  /** Of the first process of the container that it stands in, and ends with. */
  readonly pid: number;
  /** Where it passes everything on to. */
  readonly host: string;
  readonly port: number;
  readonly disturbance: Disturbance;
}

export interface PassageSettings {
  /** The program that is a passage, with its arguments but for the name. */
  readonly command: readonly string[];
  /** By which it is found again. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const pauseMs = 20;

/**
 * Starts a proxy in the network of a container, which lives until that container ends or somebody closes it, whatever
 * becomes of this process. Resolves with the port that it listens on.
 */
export async function openPassage(
  order: PassageOrder,
  { command, name, environment }: PassageSettings,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const child = spawn("nsenter", ["-t", `${order.pid}`, "-n", "--", ...command, name], {
    // Nothing of ours, such as what was typed to npm, is for others to read in its environment.
    ...{ cwd: "/", env: { PATH: environment.PATH } },
    ...{ detached: true, stdio: "pipe" },
  });
  const stop = () => child.kill("SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  try {
    child.stdin.on("error", () => {
      // It has ended before it read, and said why.
    });
    child.stdin.end(JSON.stringify(order));
    return Number(await firstWordsOf(child));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    child.unref();
  }
}

/** Ends those of that name in the network of a container. Resolves when they are gone; at once if there is none. */
export async function closePassages(pid: number, name: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const found = passagesIn(pid, name);
    if (found.length === 0) return;
    for (const passage of found) end(passage);
    await sleep(pauseMs, undefined, { signal });
  }
}

function firstWordsOf(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk;
    });
    child.stdout.once("data", (chunk: Buffer) => resolve(String(chunk)));
    child.once("error", (cause) => reject(new DriverError(cause.message, { cause })));
    child.once("close", () => reject(new DriverError(`${child.spawnargs[0]}: ${complaint}`)));
  });
}

/**
 * Nothing is written down: whoever recovers, in whatever process, sees them, and a pid is of a passage in that very
 * network when it is looked at.
 */
function passagesIn(pid: number, name: string): readonly number[] {
  const network = tried(() => readlinkSync(`/proc/${pid}/ns/net`));
  if (network === undefined) return [];
  return (tried(() => readdirSync("/proc")) ?? [])
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => tried(() => readlinkSync(`/proc/${entry}/ns/net`)) === network)
    .filter((entry) =>
      tried(() => readFileSync(`/proc/${entry}/cmdline`, "utf8"))?.endsWith(`\0${name}\0`),
    )
    .map(Number);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function tried<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch {
    // Ended in the meantime, or on another machine: there is nothing to see.
    return undefined;
  }
}
