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

/** Starts the two processes. The caller closes them. */
export async function startEcho(kind: EchoKind, connections: number): Promise<Echo> {
  const server = start(kind, "server");
  const { port } = await reply(server, "port");
  const client = start(kind, "client", `${port}`, `${connections}`);
  return {
    async measure(durationMs) {
      const before = await cpu(server);
      client.send({ durationMs });
      const { calls, cpuMs } = await reply(client, "calls");
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

async function cpu(server: ChildProcess): Promise<number> {
  server.send({});
  return (await reply(server, "cpuMs")).cpuMs;
}

async function reply(child: ChildProcess, field: keyof EchoReply): Promise<EchoReply> {
  const [message] = await once(child, "message", { signal: AbortSignal.timeout(120_000) });
  if (!(field in message)) throw new Error(`the echo process did not tell its ${field}`);
  return message;
}
