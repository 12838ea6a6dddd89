import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** An application that was started only to be broken. */
export interface OwnApplication {
  readonly dataDirectory: string;
  /** Ends it and deletes what it has left. */
  close(): Promise<void>;
}

const launcher = join(import.meta.dirname, "../../packages/launcher/cli.ts");
const attemptsMax = 8;
/** Far from each other's ports, from an application's own, and from those that the system hands out. */
const portBases = [13_000, 16_000].flatMap((first) =>
  Array.from({ length: 9 }, (_, index) => first + index * 100),
);
const stopGraceMs = 30_000;

export interface OwnApplicationSettings {
  readonly app: string;
  /** What the launcher's own environment is, and what services get of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts an application on free ports, with every request traced. Rejects if it does not become ready. */
export async function startOwnApplication(
  { app, environment }: OwnApplicationSettings,
  signal: AbortSignal,
): Promise<OwnApplication> {
  const folder = mkdtempSync(join(tmpdir(), "faultline-"));
  const dataDirectory = join(folder, app);
  for (let attempt = 1; ; attempt += 1) {
    try {
      signal.throwIfAborted();
      const launched = await started(app, { dataDirectory, environment }, signal);
      return {
        dataDirectory,
        async close() {
          await stopped(launched);
          rmSync(folder, { recursive: true, force: true });
        },
      };
    } catch (error) {
      if (attempt < attemptsMax && isBusy(error)) continue;
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

/** A launcher in a group of its own, so that a Ctrl-C for this process leaves it to us; it ends with this one. */
async function started(
  app: string,
  {
    dataDirectory,
    environment,
  }: Pick<OwnApplicationSettings, "environment"> & Pick<OwnApplication, "dataDirectory">,
  signal: AbortSignal,
): Promise<ChildProcess> {
  const base = portBases[Math.floor(Math.random() * portBases.length)];
  const args = [launcher, app, "--port-base", `${base}`, "--data-dir", dataDirectory];
  const child = spawn(process.execPath, args, {
    detached: true,
    env: { ...environment, JAEGER_SAMPLE_RATIO: "1" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  try {
    await readyOf(child, signal);
    return child;
  } catch (error) {
    await stopped(child);
    throw error;
  }
}

function readyOf(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    child.once("exit", () =>
      reject(new Error(`the application did not start: ${said.join("\n")}`)),
    );
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        if (said.length < 100) said.push(line);
        if (!line.includes("Ctrl-C stops all of it")) return;
        signal.removeEventListener("abort", abort);
        resolve();
      });
    }
  });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopGraceMs);
  await exited;
  clearTimeout(timer);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && error.message.includes("ports are in use");
}
