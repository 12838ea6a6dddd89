import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A TCP server that answers whatever a test wants, and keeps what it was sent, write by write. */
export interface ScriptedServer {
  readonly address: string;
  readonly received: string[];
  /** How many connections were made. */
  connections(): number;
}

/** Starts one for the running test. `answer` is given every chunk; what it returns is written back. */
export async function startScripted(
  answer: (chunk: string, socket: Socket) => string | undefined,
): Promise<ScriptedServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      received.push(chunk.toString());
      const reply = answer(chunk.toString(), socket);
      if (reply !== undefined) socket.write(reply);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return { address: `127.0.0.1:${address.port}`, received, connections: () => connections };
}
