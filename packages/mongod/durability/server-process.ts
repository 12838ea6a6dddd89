import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A server in a process of its own, to be killed or stopped by whoever started it. */
export type ServerProcess = {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the line that says it is waiting for connections. */
  readonly startMs: number;
  /** Ends it at once, as `kill -9` does. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop, and resolves with its exit code. */
  stop(): Promise<number | null>;
};

/** The server ended before it waited for connections. The message has the end of its log. */
export class ServerExited extends Error {
  override readonly name = "ServerExited";
  readonly exitCode: number | null;

  constructor(exitCode: number | null, lastLines: readonly string[]) {
    super(`the server ended with ${exitCode}:\n${lastLines.join("\n")}`);
    this.exitCode = exitCode;
  }
}

/** Starts the server on a data directory and a free port. Rejects with `ServerExited`. */
export async function startServer(dbpath: string, ...flags: string[]): Promise<ServerProcess> {
  const program = join(import.meta.dirname, "..", "bin", "mongod.mjs");
  const startedAtMs = performance.now();
  const options = ["--dbpath", dbpath, "--port", "0", ...flags];
  const child = spawn(process.execPath, [program, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const port = await listeningPort(child);
  const startMs = performance.now() - startedAtMs;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    url: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    pid: child.pid ?? 0,
    startMs,
    kill: async () => {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
  };
}

/** The log id of "Waiting for connections". */
const waitingForConnections = 23_016;

/** Reads the log, to its end, so that the server never waits for a reader. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const lastLines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) throw new Error("the child has no pipes");
      createInterface({ input: stream }).on("line", (line) => {
        lastLines.push(line);
        if (lastLines.length > 20) lastLines.shift();
        if (line.includes(`"id":${waitingForConnections},`)) resolve(portIn(line));
      });
    }
    child.once("close", (exitCode) => reject(new ServerExited(exitCode, lastLines)));
  });
}

function portIn(line: string): number {
  const { attr } = JSON.parse(line) as { attr: { port: number } };
  return attr.port;
}
