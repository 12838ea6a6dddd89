import { createConnection, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { doorOf, openDoor } from "./door-testing.ts";
import type { Route } from "./route.ts";

/** More than the buffers between two sockets take. */
const large = Buffer.alloc(33_554_432);

/** A door whose answers are counted while somebody still has to take them. */
async function openCountingDoor(answer: Awaited<ReturnType<Route["handle"]>>) {
  const counted = { held: 0, answered: 0 };
  const handle: Route["handle"] = async (request) => {
    counted.held++;
    request.whenAnswered(() => {
      counted.held--;
      counted.answered++;
    });
    return answer;
  };
  const { server, url } = await openDoor(doorOf({ methods: "any", path: "/a", handle }));
  return { counted, url, port: server.port };
}

/** Asks so often on one connection, and takes nothing. */
function ask(port: number, times: number): Socket {
  const request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  const socket = createConnection(port, "127.0.0.1", () => socket.write(request.repeat(times)));
  socket.pause();
  socket.on("error", () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

const inTime = { timeout: 30_000 };

test("a handler learns that its answer has left, each time on one connection", async () => {
  const { counted, url } = await openCountingDoor({ body: "a" });
  for (const times of [1, 2, 3]) {
    await (await fetch(`${url}/a`)).text();
    await expect.poll(() => counted, inTime).toEqual({ held: 0, answered: times });
  }
});

test("a handler learns that its client is gone, also if it asked more before it took an answer", async () => {
  const { counted, port } = await openCountingDoor({ body: large });
  const socket = ask(port, 20);
  await expect.poll(() => counted.held, inTime).toBe(20);
  socket.destroy();
  await expect.poll(() => counted.held, inTime).toBe(0);
});

test("who is too slow to take an answer is cut off, and what waits behind it too", async () => {
  const { counted, port } = await openCountingDoor({ body: large, sendMs: 300 });
  const closed = Promise.withResolvers<void>();
  const socket = ask(port, 2);
  socket.on("close", () => closed.resolve());
  await expect.poll(() => counted.answered, inTime).toBeGreaterThan(0);
  await expect.poll(() => counted.held, inTime).toBe(0);
  socket.resume();
  await closed.promise;
  expect(socket.bytesRead).toBeLessThan(large.byteLength);
});
