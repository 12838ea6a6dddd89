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

/** Starts the server on a data directory and a free port. Rejects if it exits instead. */
export async function startServer(dbpath: string, ...flags: string[]): Promise<ServerProcess> {
  const main = join(import.meta.dirname, "..", "main.ts");
  const startedAtMs = performance.now();
  const options = ["--dbpath", dbpath, "--port", "0", ...flags];
  const child = spawn(process.execPath, [main, ...options], { stdio: ["ignore", "pipe", "pipe"] });
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
function listeningPort({ stdout, stderr }: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const lastLines: string[] = [];
    const remember = (line: string) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
    };
    if (stdout === null || stderr === null) throw new Error("the child has no pipes");
    createInterface({ input: stderr }).on("line", remember);
    const log = createInterface({ input: stdout });
    log.on("line", (line) => {
      remember(line);
      if (line.includes(`"id":${waitingForConnections},`)) resolve(portIn(line));
    });
    log.on("close", () => reject(new Error(`the server ended:\n${lastLines.join("\n")}`)));
  });
}

function portIn(line: string): number {
  const { attr } = JSON.parse(line) as { attr: { port: number } };
  return attr.port;
}
