import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const launcher = join(import.meta.dirname, "../../packages/launcher/cli.ts");
const startsWithinMs = 90_000;

/** One process of a running stack, as the launcher's status tells it. */
export interface StackServer {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly port: number;
  readonly pid: number | null;
  readonly restarts: number;
}

/** The whole application as `npm start` runs it: every service and store a process, on ports of its own. */
export class Stack {
  readonly url: string;
  readonly #launcher: ChildProcess;
  readonly #control: string;
  readonly #folder: string;

  private constructor(child: ChildProcess, output: string, folder: string) {
    this.#launcher = child;
    this.#folder = folder;
    this.url = /(?:frontend|hotel)\s+(http:\S+)/.exec(output)?.[1] ?? "";
    this.#control = /status\s+(http:\S+)/.exec(output)?.[1] ?? "";
  }

  /** Starts it in a data directory that is gone afterwards. Throws with what was printed if it does not come up. */
  static async start(portBase: number, ...options: string[]): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), "stack-"));
    const where = ["--data-dir", dataDirectoryIn(folder), "--port-base", String(portBase)];
    const child = spawn(process.execPath, [launcher, "hotel", ...where, ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    const limitMs = Date.now() + startsWithinMs;
    while (!output.includes("Ctrl-C stops")) {
      if (child.exitCode !== null || Date.now() > limitMs) {
        child.kill("SIGKILL");
        rmSync(folder, { recursive: true, force: true });
        throw new Error(`the stack did not start:\n${output}`);
      }
      await sleep(50);
    }
    return new Stack(child, output, folder);
  }

  get dataDirectory(): string {
    return dataDirectoryIn(this.#folder);
  }

  async servers(): Promise<readonly StackServer[]> {
    const status = await fetch(this.#control);
    const { servers } = (await status.json()) as { servers: StackServer[] };
    return servers;
  }

  async server(name: string): Promise<StackServer> {
    const found = (await this.servers()).find((server) => server.name === name);
    if (!found) throw new Error(`the stack has no ${name}`);
    return found;
  }

  /** Kills a process as the machine would, and gives it no chance to put anything in order. */
  async kill(name: string): Promise<void> {
    const { pid } = await this.server(name);
    if (pid === null) throw new Error(`${name} is not running`);
    process.kill(pid, "SIGKILL");
  }

  /** Sends the signal of Ctrl-C and answers the launcher's exit code. */
  async interrupt(): Promise<number | null> {
    if (this.#launcher.exitCode === null) {
      const ended = once(this.#launcher, "exit");
      this.#launcher.kill("SIGINT");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
    return this.#launcher.exitCode;
  }
}

function dataDirectoryIn(folder: string): string {
  return join(folder, "data");
}
