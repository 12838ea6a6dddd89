import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** The application as `npm start` runs it, each service and store a process. */
export interface Launched {
  /** Its gateway. */
  readonly url: string;
  readonly dataDirectory: string;
  /** Where each service and store listens, by its name. */
  readonly ports: ReadonlyMap<string, number>;
  /** Stops one of its processes, which stays stopped. */
  stop(server: string): Promise<void>;
  /** Ends all of it. */
  close(): Promise<void>;
}

// With metrics ten thousand above, below where the system takes ports for outgoing connections.
const portBases = [12_000, 14_000, 15_000, 17_000, 18_000, 19_000, 20_000];

/**
 * Starts the application with these variables beside the environment's, where ports are free. The caller closes it.
 */
export async function launched(
  environment: Readonly<Record<string, string>> = {},
): Promise<Launched> {
  const first = Math.floor(Math.random() * portBases.length);
  for (let attempt = 0; ; attempt += 1) {
    const portBase = portBases[(first + attempt) % portBases.length] ?? 0;
    try {
      return await launchedAt(portBase, environment);
    } catch (error) {
      const isBusy = error instanceof Error && error.message.includes("ports are in use");
      if (!isBusy || attempt >= portBases.length) throw error;
    }
  }
}

async function launchedAt(
  portBase: number,
  environment: Readonly<Record<string, string>>,
): Promise<Launched> {
  const folder = mkdtempSync(join(tmpdir(), "social-"));
  const dataDirectory = join(folder, "data");
  const where = ["--data-dir", dataDirectory, "--port-base", `${portBase}`];
  const child = startProgram(["packages/launcher/cli.ts", "social", ...where], environment);
  const close = async () => {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    const ended = hasEnded ? undefined : once(child, "exit");
    child.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const table = await untilStarted(child).catch(async (error) => {
    await close();
    throw error;
  });
  const ports = [...table.matchAll(/^ {2}(\S+) +\S*?127\.0\.0\.1:(\d+)/gm)].map(
    ([, name = "", port]) => [name, Number(port)] as const,
  );
  return {
    url: /nginx-thrift\s+(http:\S+)/.exec(table)?.[1] ?? "",
    dataDirectory,
    ports: new Map(ports),
    stop: (server) => stopServer(dataDirectory, server),
    close,
  };
}

/** Runs one of the repository's programs. */
export function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function untilStarted(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
        if (output.includes("Ctrl-C stops")) resolve(output);
      });
    }
    child.once("close", () => reject(new Error(`the application did not start:\n${output}`)));
  });
}

async function stopServer(dataDirectory: string, server: string): Promise<void> {
  const { url } = JSON.parse(readFileSync(join(dataDirectory, "control.json"), "utf8"));
  const token = readFileSync(join(dataDirectory, "control-token"), "utf8").trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: "{}" };
  const { ok, status } = await fetch(`${url}/api/servers/${server}/stop`, request);
  if (!ok) throw new Error(`${server} cannot be stopped: ${status}`);
}
