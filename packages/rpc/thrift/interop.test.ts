import { expect, test } from "vitest";
import type { Saying } from "../echo-contract.ts";
import { unavailable } from "../errors.ts";
import { testCall } from "../test-call.ts";
import { type Asked, apacheClient, apacheServer, Declared } from "./apache-testing.ts";
import { declared, thriftEcho } from "./echo-contract.ts";
import { dial, serve, tls } from "./testing.ts";

// The referee is npm's `thrift`, on either side.
const hello: Saying = { number: -7, words: ["grüß", "dich", ""] };
const large: Saying = { number: 2, words: ["x".repeat(15_000_000)] };
const carrier = new Map<string, string>();
const ask = (saying: Saying, method = "Say"): Asked => ({ method, saying, carrier });

test("a foreign client gets our answers, small and large", async () => {
  const client = apacheClient((await serve()).port);
  expect(await client.ask(ask(hello))).toEqual(hello);
  expect((await client.ask(ask(large))).words[0]).toHaveLength(15_000_000);
});

test("our client gets a foreign server's answers, small and large", async () => {
  const { address } = await apacheServer(async ({ saying }) => saying);
  const { client } = dial([address]);
  expect(await client.say(hello, testCall())).toEqual(hello);
  expect((await client.say(large, testCall())).words[0]).toHaveLength(15_000_000);
});

test("a client that writes the old form of messages is understood", async () => {
  const client = apacheClient((await serve()).port, { strictWrite: false });
  expect(await client.ask(ask(hello))).toEqual(hello);
});

test("a foreign client that sends call behind call gets each its own answer, in their order", async () => {
  const { port } = await serve({
    handlers: thriftEcho(async (saying) => {
      await new Promise((resolve) => setTimeout(resolve, saying.number === 1 ? 100 : 0));
      return saying;
    }),
  });
  const client = apacheClient(port);
  const order: number[] = [];
  const calls = Array.from({ length: 200 }, async (_, index) => {
    const { number } = await client.ask(ask({ number: index, words: [] }));
    order.push(number);
    return number;
  });
  const inOrder = calls.map((_, index) => index);
  expect(await Promise.all(calls)).toEqual(inOrder);
  expect(order).toEqual(inOrder);
});

test("a foreign client hears of a declared exception by its code, and of others by their words", async () => {
  const { port } = await serve({
    handlers: thriftEcho(async ({ number }) => {
      if (number === 1) throw declared(6, "no such user");
      throw number === 2 ? unavailable("Redis is gone") : new Error("a bug: größer");
    }),
  });
  const client = apacheClient(port);
  const asking = (number: number) => client.ask(ask({ number, words: [] }));
  await expect(asking(1)).rejects.toMatchObject({ code: 6, message: "no such user" });
  const application = { name: "TApplicationException", type: 0 };
  await expect(asking(2)).rejects.toMatchObject({ ...application, message: "Redis is gone" });
  await expect(asking(3)).rejects.toMatchObject({ ...application, message: "a bug: größer" });
});

test("our client hears of a foreign server's declared exception, and of others by their words", async () => {
  const { address, server } = await apacheServer(async ({ saying: { number } }) => {
    throw number === 1 ? new Declared(4, "Mongo said no") : new Error("anything else");
  });
  let connections = 0;
  server.on("connection", () => connections++);
  const { client } = dial([address]);
  const asking = (number: number) => client.say({ number, words: [] }, testCall());
  await expect(asking(1)).rejects.toMatchObject({ exceptionCode: 4, message: "Mongo said no" });
  await expect(asking(2)).rejects.toMatchObject({
    code: "unknown",
    exceptionCode: undefined,
    message: "anything else",
  });
  // Failures of the application leave the connection as it is.
  expect(connections).toBe(1);
});

test("a method that the contract does not have is called an invalid name, with the number for that", async () => {
  const client = apacheClient((await serve()).port);
  await expect(client.ask(ask(hello, "Nothing"))).rejects.toMatchObject({
    type: 1,
    message: "Invalid method name: 'Nothing'",
  });
  expect(await client.ask(ask(hello))).toEqual(hello);
});

test("our client makes as many connections to a foreign server as it has calls at a time, and uses them again", async () => {
  const started: (() => void)[] = [];
  const { address, server } = await apacheServer(async ({ saying }) => {
    if (saying.number === 1) await new Promise<void>((resolve) => started.push(resolve));
    return saying;
  });
  let connections = 0;
  server.on("connection", () => connections++);
  const { client } = dial([address]);
  const held = [1, 2, 3].map(() => client.say({ number: 1, words: [] }, testCall()));
  await expect.poll(() => started.length).toBe(3);
  for (const go of started) go();
  await Promise.all(held);
  for (let count = 0; count < 10; count++) await client.say(hello, testCall());
  expect(connections).toBeLessThanOrEqual(4);
});

test("TLS is spoken with foreign ends, both ways", async () => {
  const { port } = await serve({ tls });
  expect(await apacheClient(port, { ca: tls.ca }).ask(ask(hello))).toEqual(hello);

  const { address } = await apacheServer(async ({ saying }) => saying, tls);
  const { client } = dial([address], { tls });
  expect(await client.say(hello, testCall())).toEqual(hello);
});

test("a call without trace and deadline carries nothing; one with both carries them", async () => {
  const seen: string[][] = [];
  const { address } = await apacheServer(async ({ saying, carrier: carried }) => {
    seen.push([...carried.keys()].toSorted());
    return saying;
  });
  const { client } = dial([address]);
  const scope = testCall();
  const signal = new AbortController().signal;
  await client.say(hello, {
    ...testCall(),
    cancellation: undefined,
    signal,
    deadlineMs: Number.POSITIVE_INFINITY,
  });
  await client.say(hello, scope);
  expect(seen).toEqual([[], ["timeout-ms"]]);
});
