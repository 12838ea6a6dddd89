import { testCall } from "@faultline/rpc/test-call";
import { expect, onTestFinished, test } from "vitest";
import { connectMemcached, type MemcachedSettings } from "./memcached-client.ts";
import { eventually } from "./testing/eventually.ts";
import { startMemcached } from "./testing/memcached-server.ts";
import { startScripted } from "./testing/scripted-server.ts";

function open(...[address, settings]: [string, Partial<MemcachedSettings>?]) {
  const cache = connectMemcached({
    service: "rate",
    peer: "memcached-rate",
    addresses: address.split(","),
    ...settings,
  });
  onTestFinished(() => cache.close());
  return cache;
}

test("many keys are asked in one write", async () => {
  const server = await startScripted(() => "VALUE 2 0 3\r\ntwo\r\nEND\r\n");
  const cache = open(server.address);

  const values = await cache.getMany(["1", "2", "3"], testCall());

  expect(server.received).toEqual(["get 1 2 3\r\n"]);
  expect(values).toEqual(new Map([["2", Buffer.from("two")]]));
});

test("a killed memcached fails calls at once, and one that is back is found again", async () => {
  const server = await startMemcached();
  const cache = open(server.address);
  await cache.set("1", "one", testCall());

  await server.kill();
  await expect(cache.get("1", testCall())).rejects.toMatchObject({ code: "unavailable" });
  await expect(cache.get("1", testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: "memcached-rate cannot be reached",
  });
  await expect(cache.set("1", "one", testCall())).rejects.toMatchObject({ code: "unavailable" });

  await server.start();
  const value = await eventually(() => cache.get("1", testCall()));
  expect(value).toBeUndefined();
  await cache.set("1", "again", testCall());
  expect((await cache.get("1", testCall()))?.toString()).toBe("again");
});

test("a memcached that comes up after us is found", async () => {
  const server = await startMemcached();
  await server.kill();
  const cache = open(server.address);
  await expect(cache.get("1", testCall())).rejects.toMatchObject({ code: "unavailable" });

  await server.start();

  await eventually(() => cache.set("1", "one", testCall()));
});

test("a memcached that was restarted between two calls fails neither", async () => {
  const server = await startMemcached();
  const cache = open(server.address);
  await cache.set("1", "one", testCall());

  await server.kill();
  await server.start();

  expect(await cache.get("1", testCall())).toBeUndefined();
});

test("a frozen memcached costs the time-out once, then nothing, and is found when it thaws", async () => {
  const server = await startMemcached();
  const cache = open(server.address, { timeoutMs: 200 });
  await cache.set("1", "one", testCall());

  server.pause();
  const both = [cache.get("1", testCall()), cache.get("1", testCall())];
  for (const one of both) await expect(one).rejects.toMatchObject({ code: "deadlineExceeded" });
  await expect(cache.get("1", testCall())).rejects.toMatchObject({
    message: "memcached-rate cannot be reached",
  });

  server.resume();
  expect((await eventually(() => cache.get("1", testCall())))?.toString()).toBe("one");
});

test("a caller waits no longer than its deadline", async () => {
  const server = await startScripted(() => undefined);
  const cache = open(server.address, { timeoutMs: 10_000 });

  const call = testCall({ withinMs: 50 });

  await expect(cache.get("1", call)).rejects.toMatchObject({ code: "deadlineExceeded" });
});

test("an answer for a caller who left goes to nobody else", async () => {
  let answer: (reply: string) => void = () => {};
  const server = await startScripted((_, socket) => {
    answer = (reply) => socket.write(reply);
    return undefined;
  });
  const cache = open(server.address);
  const leaving = new AbortController();
  const left = cache.get("1", testCall({ signal: leaving.signal }));
  await eventually(async () => expect(server.received.length).toBe(1));
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: "canceled" });

  const stays = cache.get("2", testCall());
  answer("VALUE 1 0 3\r\none\r\nEND\r\nVALUE 2 0 3\r\ntwo\r\nEND\r\n");

  expect((await stays)?.toString()).toBe("two");
});

test("an error of the server fails that call only", async () => {
  const server = await startScripted((chunk) =>
    chunk.startsWith("set") ? "SERVER_ERROR out of memory storing object\r\n" : "END\r\n",
  );
  const cache = open(server.address);

  await expect(cache.set("1", "one", testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: "memcached-rate: SERVER_ERROR out of memory storing object",
  });
  expect(await cache.get("1", testCall())).toBeUndefined();
  expect(server.connections()).toBe(1);
});

test.for([
  { what: "is no memcached", reply: "HTTP/1.1 400 Bad Request\r\n\r\n" },
  { what: "speaks a broken line", reply: "VALUE nonsense\r\n" },
  { what: "never ends its line", reply: "x".repeat(10_000) },
  { what: "did not understand", reply: "CLIENT_ERROR bad command line format\r\n" },
])("a connection to a server that $what is given up", async ({ reply }) => {
  const replies = [reply, "END\r\n"];
  const server = await startScripted(() => replies.shift());
  const cache = open(server.address, { retryAfterMs: 1 });

  await expect(cache.get("1", testCall())).rejects.toThrow("memcached-rate");

  expect(await eventually(() => cache.get("1", testCall()))).toBeUndefined();
  expect(server.connections()).toBe(2);
});

test("more calls than may wait are refused", async () => {
  const server = await startScripted(() => undefined);
  const cache = open(server.address, { exchangesMax: 2 });
  const waiting = [cache.get("1", testCall()), cache.get("2", testCall())];

  await expect(cache.get("3", testCall())).rejects.toMatchObject({ code: "resourceExhausted" });

  await cache.close();
  for (const one of waiting) await expect(one).rejects.toMatchObject({ code: "unavailable" });
  await expect(cache.get("1", testCall())).rejects.toMatchObject({ code: "unavailable" });
});

test("keys are spread over several servers as the original spreads them", async () => {
  const servers = await Promise.all([0, 1].map(() => startScripted(() => "END\r\n")));
  const cache = open(servers.map((server) => server.address).join());

  await cache.getMany(["1", "2", "3", "4", "5", "6"], testCall());

  // The CRC-32 of "1" is 0x83dcefb7, which is odd; that of "4" is 0xf3b61b38.
  expect(servers.map((server) => server.received)).toEqual([["get 4 5 6\r\n"], ["get 1 2 3\r\n"]]);
});

test("of several servers a dead one costs its own keys only", async () => {
  const server = await startScripted(() => "VALUE 1 0 3\r\none\r\nEND\r\n");
  const half = open(`127.0.0.1:1,${server.address}`);
  const none = open("127.0.0.1:1,127.0.0.1:1");

  expect([...(await half.getMany(["1", "4"], testCall())).keys()]).toEqual(["1"]);
  const lost = none.getMany(["1", "4"], testCall());
  await expect(lost).rejects.toMatchObject({ code: "unavailable" });
});

test("an address that cannot be one is refused with an example", () => {
  for (const address of ["", "host:port", "host:70000", "a:1:2"]) {
    expect(() => open(address)).toThrow("expected host:port");
  }
});
