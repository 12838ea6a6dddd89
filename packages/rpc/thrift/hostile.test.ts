import { execFile } from "node:child_process";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { nothing, type Saying } from "../echo-contract.ts";
import { testCall } from "../test-call.ts";
import { thriftEcho } from "./echo-contract.ts";
import { encodeFrame } from "./frames.ts";
import { frameBytesMax, pipelinedMax } from "./limits.ts";
import { messageKinds } from "./protocol.ts";
import { answerFrame, callFrame, dial, RawClient, rawServer, serve, tls } from "./testing.ts";

const number = (value: number): Saying => ({ number: value, words: [] });

/** A length and what it announces. */
function framed(bytes: Uint8Array, length = bytes.length): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return Buffer.concat([prefix, bytes]);
}

/** Whether the server still answers others. */
async function expectAlive(address: string): Promise<void> {
  await expect(dial([address]).client.say(number(1), testCall())).resolves.toEqual(number(1));
}

const answer = encodeFrame({ name: "Say", kind: messageKinds.reply, sequence: 1 }, (writer) =>
  writer.stop(),
);
const longName = encodeFrame(
  { name: "x".repeat(2_000), kind: messageKinds.call, sequence: 1 },
  (writer) => writer.stop(),
);
const notThrift: Readonly<Record<string, Uint8Array>> = {
  "an HTTP request": Buffer.from("GET / HTTP/1.1\r\nhost: echo\r\n\r\n"),
  "a TLS handshake": Buffer.from("16030100f8010000f40303", "hex"),
  "an HTTP/2 preface": Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  "a frame larger than any": framed(Buffer.alloc(0), frameBytesMax + 1),
  "a frame of negative length": framed(Buffer.alloc(0), 0xffff_ffff),
  "an empty frame": framed(Buffer.alloc(0)),
  "a frame without a message": framed(Buffer.from("hello")),
  "an unknown version": framed(Buffer.from("80020001000000035361790000000100", "hex")),
  "a name longer than its frame": framed(Buffer.from("80010001000000ff5361790000000100", "hex")),
  "a name of negative length": framed(Buffer.from("80010001ffffffff5361790000000100", "hex")),
  "a name beyond any": longName,
  "an answer": answer,
};

test.for(Object.entries(notThrift))(
  "%s ends its connection, and nothing else",
  async ([, bytes]) => {
    const { port, address } = await serve();
    const raw = new RawClient(port);
    raw.socket.write(bytes);
    await raw.closed;
    await expectAlive(address);
  },
);

test("arguments that make no sense are a protocol error, and the connection goes on", async () => {
  const { port } = await serve();
  const raw = new RawClient(port);
  const heading = { name: "Say", kind: messageKinds.call, sequence: 3 };
  // A list that announces more than there is.
  raw.socket.write(encodeFrame(heading, (writer) => writer.listField(2, 11, 1_000_000)));
  const reader = await raw.message();
  expect(reader.message()).toEqual({ name: "Say", kind: messageKinds.exception, sequence: 3 });
  reader.field();
  expect(reader.string()).toContain("malformed");
  reader.field();
  expect(reader.i32()).toBe(7);
  raw.socket.write(callFrame(4, number(1)));
  expect((await raw.answer()).saying).toEqual(number(1));
});

test("random bytes crash nothing, neither bare nor in frames nor within messages", async () => {
  const { port, address } = await serve();
  const random = generator(20_261_124);
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random(256)));
  const sane = callFrame(1, { number: 5, words: ["a", "bc"] }, new Map([["timeout-ms", "1000"]]));
  const makers = [
    () => bytes(1 + random(200)),
    () => framed(bytes(1 + random(200))),
    () => {
      const mutant = Buffer.from(sane);
      for (let times = 0; times <= random(4); times++) {
        mutant[4 + random(mutant.length - 4)] = random(256);
      }
      return mutant;
    },
  ];
  for (let round = 0; round < 300; round++) {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.resume();
    socket.end(makers[round % makers.length]?.() ?? Buffer.of(0));
    onTestFinished(() => void socket.destroy());
  }
  await expectAlive(address);
});

test("whatever a server answers, a call ends with an answer or a failure", async () => {
  const random = generator(20_261_125);
  let round = 0;
  const { address } = await rawServer(({ socket, header, saying }) => {
    const mutant = answerFrame(header, saying);
    if (round++ % 2 === 0) mutant[random(mutant.length)] = random(256);
    socket.end(mutant.subarray(0, 1 + random(mutant.length)));
  });
  const outcomes: string[] = [];
  for (let call = 0; call < 30; call++) {
    const { client, close } = dial([address]);
    const failed = (error: Error) => error.name;
    const end = client.say(number(7), testCall()).then(() => "answer", failed);
    outcomes.push(await end);
    close();
  }
  expect(outcomes).toHaveLength(30);
  expect(["answer", "ServiceError"]).toEqual(expect.arrayContaining([...new Set(outcomes)]));
});

/** Pseudo-random whole numbers below a bound, the same in each run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("a message may come byte by byte", async () => {
  const { port } = await serve();
  const raw = new RawClient(port);
  raw.socket.setNoDelay(true);
  for (const byte of callFrame(9, { number: 4, words: ["hello"] })) {
    raw.socket.write(Buffer.of(byte));
    await sleep(1);
  }
  const { header, saying } = await raw.answer();
  expect(header.sequence).toBe(9);
  expect(saying).toEqual({ number: 4, words: ["hello"] });
});

test("calls that are sent at once are worked on a few at a time, and answered in their order", async () => {
  let underWay = 0;
  let most = 0;
  const { port } = await serve({
    handlers: thriftEcho(async (saying) => {
      most = Math.max(most, ++underWay);
      await sleep(saying.number % 7);
      underWay--;
      return saying;
    }),
  });
  const raw = new RawClient(port);
  const calls = Array.from({ length: 500 }, (_, index) => callFrame(index, number(index)));
  raw.socket.write(Buffer.concat(calls));
  for (let index = 0; index < calls.length; index++) {
    const { header, saying } = await raw.answer();
    expect([header.sequence, saying.number]).toEqual([index, index]);
  }
  expect(most).toBe(pipelinedMax);
});

test("a client that has closed its side still gets its answers", async () => {
  const { port } = await serve({
    handlers: thriftEcho(async (saying) => {
      await sleep(50);
      return saying;
    }),
  });
  const raw = new RawClient(port);
  raw.socket.end(Buffer.concat([callFrame(1, number(1)), callFrame(2, number(2))]));
  expect((await raw.answer()).saying).toEqual(number(1));
  expect((await raw.answer()).saying).toEqual(number(2));
  await raw.closed;
});

test("a client that does not read is not answered further, and cut off in the end", async () => {
  let calls = 0;
  const words = ["x".repeat(1_000_000)];
  const { port, address } = await serve({
    transferTimeoutMs: 300,
    handlers: thriftEcho(async (saying) => {
      calls++;
      return saying.number === 1 ? saying : { number: 0, words };
    }),
  });
  const raw = new RawClient(port);
  raw.socket.pause();
  const asked = 1_000;
  for (let index = 0; index < asked; index++) raw.socket.write(callFrame(index, nothing));
  await expect.poll(() => calls).toBeGreaterThan(0);
  await sleep(1_000);
  // What had been sent is read now, and then there is nobody any more.
  raw.socket.resume();
  await raw.closed;
  expect(calls).toBeLessThan(asked);
  await expectAlive(address);
});

test("half a message that is not completed, and a connection without calls, end in time", async () => {
  const { port, address } = await serve({ transferTimeoutMs: 200, idleTimeoutMs: 400 });
  const half = new RawClient(port);
  half.socket.write(callFrame(1, number(1)).subarray(0, 10));
  const silent = new RawClient(port);
  await Promise.all([half.closed, silent.closed]);
  await expectAlive(address);
});

test("a client without TLS, or who does not begin it, disturbs no TLS server", async () => {
  const { port, address } = await serve({ tls });
  const raw = new RawClient(port);
  raw.socket.write(callFrame(1, number(1)));
  await raw.closed;
  const wrong = dial([address], { tls: { ...tls, serverName: "other.example.com" } });
  await expect(wrong.client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
  });
  const plain = dial([address]);
  await expect(plain.client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
  });
  const { client } = dial([address], { tls });
  await expect(client.say(number(1), testCall())).resolves.toEqual(number(1));
  const socket = connectTls({ port, host: "127.0.0.1", ca: tls.ca, servername: tls.serverName });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  socket.write(callFrame(1, number(2)));
  await new Promise((resolve) => socket.once("data", resolve));
  socket.destroy();
});

test("of a client who does not trust the server nothing is left that its end would wait for", async () => {
  const { port, close } = await serve({ tls });
  const script = `
    const { connect } = require("node:tls");
    const socket = connect({ port: ${port}, host: "127.0.0.1", servername: "${tls.serverName}" });
    socket.on("error", () => socket.destroy());`;

  // A process of its own, as in this one the server would hear of the end before the last of the handshake.
  await promisify(execFile)(process.execPath, ["--eval", script]);

  // Longer than this test may take.
  await close(60_000);
});

test("over TLS, too, a client may close its side and still read the answer", async () => {
  const { port } = await serve({ tls });
  const { ca, serverName: servername } = tls;
  const socket = connectTls({ port, host: "127.0.0.1", ca, servername });
  socket.allowHalfOpen = true;
  socket.end(callFrame(1, number(3)));

  expect(await buffer(socket)).toEqual(
    answerFrame({ name: "Say", kind: messageKinds.call, sequence: 1 }, number(3)),
  );
});

test("connections that are still opening do not hold up a server's end", async () => {
  const server = await serve({ tls });
  const raw = new RawClient(server.port);
  await new Promise((resolve) => raw.socket.once("connect", resolve));
  await server.close(100);
  await raw.closed;
});
