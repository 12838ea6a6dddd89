import { createServer, type ServerHttp2Stream } from "node:http2";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { nothing } from "../echo-contract.ts";
import { listen } from "../http2/testing.ts";
import { testCall } from "../test-call.ts";
import { keepaliveMs, keepaliveTimeoutMs } from "./limits.ts";
import { dial } from "./testing.ts";

/** A server that says goodbye to whoever calls it and never answers, and the sockets that clients have with it. */
async function drainingServer(): Promise<{ address: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer().on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    stream.session?.goaway();
  });
  server.on("session", (session) => onTestFinished(() => session.destroy()));
  const port = await listen(server);
  const gate = createTcpServer((socket) => {
    const inner = connect(port, "127.0.0.1");
    socket
      .on("error", () => {})
      .pipe(inner.on("error", () => {}))
      .pipe(socket);
    sockets.push(socket);
    onTestFinished(() => void socket.destroy());
  });
  return { address: `127.0.0.1:${await listen(gate)}`, sockets };
}

const endless = () => testCall({ withinMs: Number.POSITIVE_INFINITY });

test("a client that closes ends the calls that a server had still to finish", async () => {
  const { address, sockets } = await drainingServer();
  const connection = dial([address]);
  const failed = expect(connection.client.say(nothing, endless())).rejects.toMatchObject({
    code: "unavailable",
  });
  await expect.poll(() => sockets.length).toBe(2);
  connection.close();
  await failed;
});

test("a server that vanishes while it finishes a call is found to be gone", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { address, sockets } = await drainingServer();
  const failed = expect(dial([address]).client.say(nothing, endless())).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("keepalive"),
  });
  const connections = async () => {
    await vi.advanceTimersByTimeAsync(20);
    return sockets.length;
  };
  await expect.poll(connections).toBe(2);
  sockets[0]?.unpipe();
  await vi.advanceTimersByTimeAsync(keepaliveMs + keepaliveTimeoutMs);
  await failed;
});
