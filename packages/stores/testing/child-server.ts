import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const startTimeoutMs = 20_000;

/** A server that runs as a child process on a port of its own, and can be killed and started again there. */
export class ChildServer {
  readonly port: number;
  readonly #command: string;
  readonly #parameters: readonly string[];
  #child: ChildProcess | undefined;

  constructor(command: string, parameters: readonly string[], port: number) {
    this.#command = command;
    this.#parameters = parameters;
    this.port = port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Resolves when the server takes connections. Throws what it wrote if it ends instead. */
  async start(): Promise<void> {
    const child = spawn(this.#command, this.#parameters, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let written = "";
    child.stdout.on("data", (chunk) => {
      written = `${written}${chunk}`.slice(-2_000);
    });
    child.stderr.on("data", (chunk) => {
      written = `${written}${chunk}`.slice(-2_000);
    });
    child.on("error", (error) => {
      written += error.message;
    });
    const lateAtMs = Date.now() + startTimeoutMs;
    while (!(await takesConnections(this.port))) {
      const ended = child.pid === undefined || child.exitCode !== null;
      if (ended || Date.now() > lateAtMs)
        throw new Error(`${this.#command} did not start: ${written}`);
      await sleep(20);
    }
  }

  /** Ends the server at once, as a crash would. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** Stops the server in its tracks: it keeps its connections and says nothing. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
