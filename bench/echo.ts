import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { EchoReply } from "./echo-role.ts";

/** What the yardstick is made of: `@grpc/grpc-js`, or `thrift`. */
export type EchoKind = "grpc" | "thrift";

/** The yardstick: what one unary call between two processes of nothing but the plain library costs at this moment. */
export interface Echo {
  /** The CPU of one call, client and server together, in milliseconds, measured for so long. */
  measure(durationMs: number): Promise<number>;
  close(): void;
}

const replyWithinMs = 120_000;

/** Starts the two processes. The caller closes them; rejects if they cannot begin, and leaves none behind. */
export async function startEcho(kind: EchoKind, connections: number): Promise<Echo> {
  const server = start(kind, "server");
  const port = await portOf(server);
  const client = start(kind, "client", `${port}`, `${connections}`);
  return {
    async measure(durationMs) {
      const before = await cpu(server);
      const { calls, cpuMs } = await ask(client, { durationMs }, "calls");
      const serverMs = (await cpu(server)) - before;
      return (cpuMs + serverMs) / calls;
    },
    close() {
      for (const child of [client, server]) child.kill();
    },
  };
}

function start(kind: EchoKind, ...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, `${kind}-echo-process.ts`), args, { execArgv: [] });
}

async function portOf(server: ChildProcess): Promise<number> {
  try {
    return (await reply(server, "port")).port;
  } catch (error) {
    server.kill();
    throw error;
  }
}

async function cpu(server: ChildProcess): Promise<number> {
  return (await ask(server, {}, "cpuMs")).cpuMs;
}

/** What the child answers. Throws if it has ended, or ends before. */
function ask(child: ChildProcess, question: object, field: keyof EchoReply): Promise<EchoReply> {
  const answer = reply(child, field);
  // Without the callback a child that is gone would be an error with nobody to hear it; its end is heard.
  child.send(question, () => {});
  return answer;
}

/** The next message of the child. Throws if the child has ended, or ends before. */
async function reply(child: ChildProcess, field: keyof EchoReply): Promise<EchoReply> {
  if (hasEnded(child)) throw new Error("the echo process has ended");
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(replyWithinMs)]);
  const ended = once(child, "exit", { signal }).then(([code, killedBy]) => {
    throw new Error(`the echo process has ended with ${code ?? killedBy}`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    if (!(field in message)) throw new Error(`the echo process did not tell its ${field}`);
    return message;
  } finally {
    over.abort();
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
