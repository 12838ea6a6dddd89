import { expect, test } from "vitest";
import { Cancellation } from "../cancellation.ts";
import { nothing } from "../echo-contract.ts";
import { testCall } from "../test-call.ts";
import { thriftEcho } from "./echo-contract.ts";
import { encodeFrame } from "./frames.ts";
import { messageKinds } from "./protocol.ts";
import {
  answerCall,
  answerFrame,
  callFrame,
  dial,
  held,
  number,
  type RawCall,
  rawServer,
  serve,
} from "./testing.ts";

test("while nobody is there calls fail at once, in the words of the originals", async () => {
  const server = await serve();
  await server.close();
  const { client } = dial([server.address]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("connect() failed: Connection refused"),
  });
});

test("a name that nobody knows cannot be resolved, in the words of the originals", async () => {
  const { client } = dial(["nowhere.invalid:9090"]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code: "unavailable" });
});

test("a server is reached by its name", async () => {
  const { port } = await serve();
  const { client } = dial([`localhost:${port}`]);
  await expect(client.say(number(1), testCall())).resolves.toEqual(number(1));
});

test("a client is ready when a server is there, and not before", async () => {
  const first = await serve();
  await first.close();
  const connection = dial([first.address]);
  await expect(connection.ready(testCall({ withinMs: 200 }))).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
  await serve({ port: first.port });
  await connection.ready(testCall());
  await expect(connection.client.say(number(1), testCall())).resolves.toEqual(number(1));
});

test("a server that comes back is used again", async () => {
  const first = await serve();
  const { client } = dial([first.address]);
  await client.say(nothing, testCall());
  await first.close();
  await expect.poll(() => client.say(nothing, testCall()).catch(() => "gone")).toBe("gone");
  await serve({ port: first.port });
  await expect
    .poll(() => client.say(nothing, testCall()).catch(() => "gone"), { timeout: 10_000 })
    .toEqual(nothing);
});

test("calls go to all replicas in turn", async () => {
  const counts = [0, 0, 0];
  const servers = await Promise.all(
    counts.map((_, index) =>
      serve({
        handlers: thriftEcho(async (saying) => {
          counts[index] = (counts[index] ?? 0) + 1;
          return saying;
        }),
      }),
    ),
  );
  const connection = dial(servers.map(({ address }) => address));
  await connection.ready(testCall());
  const all = () => counts.every((count) => count > 0);
  await expect.poll(() => connection.client.say(nothing, testCall()).then(all)).toBe(true);
  counts.fill(0);
  for (let call = 0; call < 30; call++) await connection.client.say(nothing, testCall());
  expect(counts).toEqual([10, 10, 10]);
});

test("replicas can be restarted one after the other without a call lost", async () => {
  const counts = [0, 0];
  const counting = (index: number) =>
    thriftEcho(async (saying) => {
      counts[index] = (counts[index] ?? 0) + 1;
      return saying;
    });
  const inUse = () => counts.every((count) => count > 0);
  const servers = await Promise.all(counts.map((_, index) => serve({ handlers: counting(index) })));
  const { client } = dial(servers.map(({ address }) => address));
  let over = false;
  const callers = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!over) await client.say(nothing, testCall());
    }),
  );
  for (const [index, { port, close }] of servers.entries()) {
    await expect.poll(inUse, { timeout: 10_000 }).toBe(true);
    await close(5_000);
    counts.fill(0);
    await serve({ port, handlers: counting(index) });
  }
  await expect.poll(inUse, { timeout: 10_000 }).toBe(true);
  over = true;
  await callers;
});

test("calls on connections that a closing server has still to accept are not lost", async () => {
  const other = await serve();
  let closed: Promise<void> | undefined;
  const server = await serve({
    handlers: thriftEcho(async (saying) => {
      closed ??= server.close(5_000);
      return saying;
    }),
  });
  const connection = dial([server.address, other.address]);
  // So many connections are made at once that the first is in use before the last has been accepted.
  const said = Array.from({ length: 200 }, (_, index) => number(index));
  const answers = said.map((saying) => connection.client.say(saying, testCall()));
  await expect(Promise.all(answers)).resolves.toEqual(said);
  await closed;
  expect(closed).toBeDefined();
});

test("a server that closes finishes what it has accepted", async () => {
  const { handlers, waiting } = held();
  const server = await serve({ handlers });
  const { client } = dial([server.address]);
  const answers = [1, 2, 3].map((value) => client.say(number(value), testCall()));
  await expect.poll(() => waiting.length).toBe(3);
  const closed = server.close(10_000);
  for (const go of waiting) go();
  await expect(Promise.all(answers)).resolves.toEqual([1, 2, 3].map(number));
  await closed;
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code: "unavailable" });
});

test("what a server has not finished within its grace is cut off", async () => {
  const { handlers, waiting } = held();
  const server = await serve({ handlers });
  const { client } = dial([server.address]);
  const answer = client.say(nothing, testCall());
  const failed = expect(answer).rejects.toMatchObject({ code: "unavailable" });
  await expect.poll(() => waiting.length).toBe(1);
  await server.close(50);
  await failed;
});

test("a call whose server died in the middle is not sent again", async () => {
  let calls = 0;
  const { address } = await rawServer(({ socket }) => {
    calls++;
    socket.resetAndDestroy();
  });
  const { client } = dial([address]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code: "unavailable" });
  expect(calls).toBe(1);
});

test("a call that a server closed without an answer may have been done, and is not sent again", async () => {
  let calls = 0;
  const { address } = await rawServer(({ socket }) => {
    calls++;
    socket.end();
  });
  const { client } = dial([address]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: "the connection to echo was lost: No more data to read.",
  });
  expect(calls).toBe(1);
});

test("a connection that its server has dropped while idle is not used", async () => {
  const { address, sockets } = await rawServer(answerCall);
  const connection = dial([address]);
  await connection.client.say(nothing, testCall());
  for (const reset of [true, false, true, false]) {
    const last = sockets.at(-1);
    const { length } = sockets;
    if (reset) last?.resetAndDestroy();
    else last?.end();
    await expect.poll(() => sockets.length).toBeGreaterThan(length);
    await expect(connection.client.say(number(1), testCall())).resolves.toEqual(number(1));
  }
});

test("an answer that comes after the deadline is nobody's: its connection is closed", async () => {
  const late: RawCall[] = [];
  const { address, sockets } = await rawServer((call) => {
    if (call.saying.number === 1) late.push(call);
    else answerCall(call);
  });
  const { client } = dial([address]);
  await client.say(number(2), testCall());
  await expect(client.say(number(1), testCall({ withinMs: 100 }))).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
  for (const call of late) answerCall(call);
  await expect(client.say(number(2), testCall())).resolves.toEqual(number(2));
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
});

test("a call that its caller gives up takes its connection along", async () => {
  const { address, sockets } = await rawServer((call) => {
    if (call.saying.number !== 1) answerCall(call);
  });
  const { client } = dial([address]);
  const cancellation = new Cancellation(Date.now() + 30_000);
  const failure = client.say(number(1), { ...testCall(), cancellation });
  const failed = expect(failure).rejects.toMatchObject({ code: "canceled" });
  await expect.poll(() => sockets.length).toBe(1);
  cancellation.cancel();
  await failed;
  await expect(client.say(number(2), testCall())).resolves.toEqual(number(2));
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
});

const wrongAnswers: Readonly<Record<string, (call: RawCall) => Buffer>> = {
  "with another number": ({ header, saying }) =>
    answerFrame({ ...header, sequence: header.sequence + 1 }, saying),
  "with another name": ({ header, saying }) => answerFrame({ ...header, name: "Sing" }, saying),
  "that is a call": ({ header, saying }) => callFrame(header.sequence, saying),
  "that is no Thrift": () => Buffer.from("\0\0\0\x05hello"),
  "that is HTTP": () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "that ends too early": ({ header }) =>
    encodeFrame({ ...header, kind: messageKinds.reply }, (writer) => writer.field(12, 0)),
};

test.for(Object.entries(wrongAnswers))(
  "an answer %s is an error, and its connection is closed",
  async ([, wrong]) => {
    const { address, sockets } = await rawServer((call) => {
      if (call.saying.number === 1) call.socket.write(wrong(call));
      else answerCall(call);
    });
    const { client } = dial([address]);
    const failure = client.say(number(1), testCall());
    await expect(failure).rejects.toMatchObject({ name: "ServiceError" });
    await expect(client.say(number(2), testCall())).resolves.toEqual(number(2));
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  },
);

test("an answer without a result is an unknown failure", async () => {
  const { address } = await rawServer(({ socket, header }) => {
    socket.write(encodeFrame({ ...header, kind: messageKinds.reply }, (writer) => writer.stop()));
  });
  const { client } = dial([address]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code: "unknown" });
});

test("a server that speaks without being asked loses its connection", async () => {
  const { address, sockets } = await rawServer(answerCall);
  const { client } = dial([address]);
  await client.say(nothing, testCall());
  sockets[0]?.write(answerFrame({ name: "Say", kind: 2, sequence: 2 }, number(13)));
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  await expect(client.say(number(1), testCall())).resolves.toEqual(number(1));
});
