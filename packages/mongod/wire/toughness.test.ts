import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { serialize } from "bson";
import fc from "fast-check";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Server, startServer } from "../server.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import { checksumOf } from "./crc32c.ts";

let server: Server;
let client: MongoClient;

beforeAll(async () => {
  server = await startServer({ port: 0, storage: createMemoryStorage() });
  client = await new MongoClient(`mongodb://127.0.0.1:${server.port}`).connect();
});

afterAll(async () => {
  await client.close();
  await server.close();
});

function frame(document: object, flags = 0): Buffer {
  const body = serialize(document);
  const bytes = Buffer.alloc(21 + body.length);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(7, 4);
  bytes.writeInt32LE(2013, 12);
  bytes.writeUInt32LE(flags, 16);
  bytes.set(body, 21);
  return bytes;
}

async function open(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** Sends bytes, says goodbye, and waits until the server has closed the connection. */
async function sendAndLeave(bytes: Uint8Array): Promise<void> {
  const socket = connect(server.port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.resume();
  socket.end(bytes);
  await closed;
}

const isAlive = async () => (await client.db("admin").command({ ping: 1 })).ok === 1;

test("bytes that mean nothing close the connection and hurt nobody else", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await sendAndLeave(bytes);
      expect(await isAlive()).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("damaged messages are answered or close the connection, whatever the damage", async () => {
  const whole = frame({ find: "c", filter: { a: [1, { b: "x" }] }, $db: "t" });
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      await sendAndLeave(bytes);
      expect(await isAlive()).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ["a length of zero", 0],
  ["a length below the header", 15],
  ["a negative length", -1],
  ["a length above 48 MB", 48_000_001],
])("%s closes the connection", async (_what, length) => {
  const socket = await open();
  const header = Buffer.alloc(16);
  header.writeInt32LE(length, 0);
  socket.resume();
  socket.write(header);
  await once(socket, "close");
});

test("an unknown opcode or a required flag that is not known closes the connection", async () => {
  const unknown = frame({ ping: 1, $db: "t" });
  unknown.writeInt32LE(9_999, 12);
  for (const bytes of [unknown, frame({ ping: 1, $db: "t" }, 4)]) {
    const socket = await open();
    socket.resume();
    socket.write(bytes);
    await once(socket, "close");
  }
});

test("a message in single bytes is understood", async () => {
  const socket = await open();
  for (const byte of frame({ ping: 1, $db: "t" })) socket.write(Buffer.of(byte));
  const [reply] = await once(socket, "data");
  expect(reply.readInt32LE(12)).toBe(2013);
});

test("a client that allows an exhaust stream gets one reply that ends it", async () => {
  const socket = await open();
  socket.write(frame({ hello: 1, $db: "admin" }, 0x10000));
  const [reply] = await once(socket, "data");
  expect(reply.readUInt32LE(16) & 2).toBe(0);
});

test("a thousand requests at once are answered in their order", async () => {
  const socket = await open();
  const count = 1_000;
  const requests = Array.from({ length: count }, (_, n) => {
    const bytes = frame({ ping: 1, $db: "t" });
    bytes.writeInt32LE(n, 4);
    return bytes;
  });
  socket.write(Buffer.concat(requests));
  const answered: number[] = [];
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      answered.push(rest.readInt32LE(8));
      rest = rest.subarray(rest.readInt32LE(0));
    }
    if (answered.length === count) break;
  }
  expect(answered).toEqual(Array.from({ length: count }, (_, n) => n));
});

test("a client that does not read its replies does not make the server hold them all", async () => {
  const documents = Array.from({ length: 15 }, (_, _id) => ({ _id, v: "x".repeat(1_000_000) }));
  await client.db("t").collection<{ _id: number }>("large").insertMany(documents);
  const socket = await open();
  socket.pause();
  const sentBefore = server.instance.counters.bytesOut;
  const request = frame({ find: "large", $db: "t" });
  socket.write(Buffer.concat(Array.from({ length: 200 }, () => request)));
  await isAlive();
  await isAlive();
  expect(server.instance.counters.bytesOut - sentBefore).toBeLessThan(60_000_000);
});

test("ten thousand connections, half-closed and dropped, are let go of", async () => {
  const before = server.instance.counters.connectionsCurrent;
  for (let round = 0; round < 40; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 250 }, () => open()));
    for (const [at, socket] of sockets.entries()) {
      if (at % 3 === 0) socket.write(frame({ ping: 1, $db: "t" }).subarray(0, 10));
      if (at % 2 === 0) socket.end();
      else socket.destroy();
    }
    await expect
      .poll(() => server.instance.counters.connectionsCurrent, { timeout: 10_000 })
      .toBeLessThanOrEqual(before);
  }
  expect(await isAlive()).toBe(true);
}, 120_000);

test("a checksum is verified, and the reply has one too", async () => {
  const plain = frame({ ping: 1, $db: "t" }, 1);
  const whole = Buffer.concat([plain, Buffer.alloc(4)]);
  whole.writeInt32LE(whole.length, 0);
  whole.writeUInt32LE(checksumOf(whole.subarray(0, -4)), whole.length - 4);
  const socket = await open();
  socket.write(whole);
  const [reply] = await once(socket, "data");
  expect(reply.readUInt32LE(reply.length - 4)).toBe(checksumOf(reply.subarray(0, -4)));
  whole[whole.length - 1] = (whole[whole.length - 1] ?? 0) ^ 1;
  socket.write(whole);
  await once(socket, "close");
});

test("a server that is closed cuts off whoever does not take its reply", async () => {
  const other = await startServer({ port: 0, storage: createMemoryStorage(), maxConnections: 2 });
  const waiting = connect(other.port, "127.0.0.1");
  waiting.on("error", () => undefined);
  await once(waiting, "connect");
  waiting.write(frame({ ping: 1, $db: "t" }).subarray(0, 20));
  await other.close();
  expect(other.instance.counters.connectionsCurrent).toBe(0);
});

test("more connections than allowed are refused", async () => {
  const other = await startServer({ port: 0, storage: createMemoryStorage(), maxConnections: 1 });
  onTestFinished(() => other.close());
  const first = connect(other.port, "127.0.0.1");
  await once(first, "connect");
  await expect.poll(() => other.instance.counters.connectionsCurrent).toBe(1);
  const second = connect(other.port, "127.0.0.1");
  second.on("error", () => undefined);
  second.resume();
  await once(second, "close");
  expect(other.instance.counters.connectionsRejected).toBe(1);
  first.destroy();
});

test("a document nested too deep is refused, the server goes on", async () => {
  let nested: object = {};
  for (let depth = 0; depth < 250; depth += 1) nested = { a: nested };
  const socket = await open();
  socket.write(frame({ find: "c", filter: nested, $db: "t" }));
  await once(socket, "data");
  expect(await isAlive()).toBe(true);
});
