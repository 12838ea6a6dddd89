import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../fixtures/server.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that sends back what it receives, behind a proxy. */
async function echoBehindProxy(options: { caller?: string; random?: () => number } = {}) {
  const echo = createServer((socket) => socket.on("error", () => {}).pipe(socket));
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  const address = echo.address();
  const targetPort = typeof address === "object" && address ? address.port : 0;
  const port = await freePort();
  const { caller, random } = options;
  const proxy = new TcpProxy({
    ...{ port, targetPort, callerAt: () => caller },
    ...(random ? { random } : {}),
  });
  await proxy.listen();
  closing.push(
    () => proxy.close(),
    () => echo.close(),
  );
  return { proxy, port };
}

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  closing.push(() => socket.destroy());
  await once(socket, "connect");
  return socket.on("error", () => {});
}

/** Resolves when a connection is at its end, however it came to that. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on("error", () => {}).once("close", () => resolve()));
}

/** Resolves when a new connection has been taken and cut. */
function cutAtOnce(port: number): Promise<void> {
  return ended(connect(port, "127.0.0.1").resume());
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = await once(socket, "data");
  return String(answer);
}

test("undisturbed bytes pass in order, and the end of a stream passes too", async () => {
  const { port } = await echoBehindProxy();
  const socket = await opened(port);
  const sent = Buffer.alloc(3_000_000, "0123456789");

  socket.end(sent);
  const received = Buffer.concat(await socket.toArray());

  expect(received.equals(sent)).toBe(true);
});

test("a delay holds every byte of the callee's for its time, and keeps them in order", async () => {
  const { proxy, port } = await echoBehindProxy();
  await proxy.disturb("*", { delayMs: 150, jitterMs: 50 });
  const socket = await opened(port);

  const startMs = performance.now();
  expect(await echoed(socket, "a")).toBe("a");
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(99);
});

test("a stalled connection is silent, and what was sent arrives when it is let go", async () => {
  const { proxy, port } = await echoBehindProxy();
  const socket = await opened(port);
  await proxy.disturb("*", { stalls: true });

  let arrived = false;
  const answer = echoed(socket, "late").finally(() => {
    arrived = true;
  });
  // A second connection shows that time has passed in which the first could have been answered.
  const other = await opened(port);
  other.destroy();
  expect(arrived).toBe(false);

  await proxy.disturb("*", undefined);
  expect(await answer).toBe("late");
});

test("refusing cuts what is there and listens no longer, until it is over", async () => {
  const { proxy, port } = await echoBehindProxy();
  const socket = await opened(port);
  const cut = ended(socket);

  await proxy.disturb("*", { refuses: true });
  await cut;
  await expect(opened(port)).rejects.toThrow(/ECONNREFUSED/);

  await proxy.disturb("*", undefined);
  expect(await echoed(await opened(port), "again")).toBe("again");
});

test("only the named caller is disturbed", async () => {
  const search = await echoBehindProxy({ caller: "search" });
  await search.proxy.disturb("frontend", { refuses: true });

  expect(await echoed(await opened(search.port), "passes")).toBe("passes");
  await search.proxy.disturb("search", { refuses: true });
  await cutAtOnce(search.port);
});

test("of a share of connections, the others pass", async () => {
  const lots = [0.2, 0.8];
  const { proxy, port } = await echoBehindProxy({ random: () => lots.shift() ?? 0.5 });
  await proxy.disturb("*", { refuses: true, share: 0.5 });

  await cutAtOnce(port);
  expect(await echoed(await opened(port), "lucky")).toBe("lucky");
});
