import { testCall } from "@faultline/rpc/test-call";
import { expect, onTestFinished, test } from "vitest";
import type { Cache } from "./memcached.ts";
import { connectMemcached } from "./memcached-client.ts";
import { createMemoryCache } from "./memcached-memory.ts";
import type { Observation } from "./observation.ts";
import { eventually } from "./testing/eventually.ts";
import { startMemcached } from "./testing/memcached-server.ts";
import { seeCalls } from "./testing/seen-calls.ts";

/** What the client with a real memcached and its in-memory twin both keep. */
const caches = [
  {
    name: "memcached",
    async open(observation: Partial<Observation> = {}): Promise<Cache> {
      const server = await startMemcached();
      const cache = connectMemcached({
        service: "rate",
        peer: "memcached-rate",
        addresses: [server.address],
        ...observation,
      });
      onTestFinished(() => cache.close());
      return cache;
    },
  },
  {
    name: "the in-memory cache",
    async open(observation: Partial<Observation> = {}): Promise<Cache> {
      return createMemoryCache({ service: "rate", peer: "memcached-rate", ...observation });
    },
  },
];

test.for(caches)("$name gives back what was stored, text and bytes", async ({ open }) => {
  const cache = await open();

  await cache.set("text", "Zürich\r\nEND\r\n", testCall());
  await cache.set("bytes", Buffer.from([0, 13, 10, 255]), testCall());
  await cache.set("empty", "", testCall());

  expect((await cache.get("text", testCall()))?.toString()).toBe("Zürich\r\nEND\r\n");
  expect(await cache.get("bytes", testCall())).toEqual(Buffer.from([0, 13, 10, 255]));
  expect(await cache.get("empty", testCall())).toEqual(Buffer.alloc(0));
});

test.for(caches)("$name leaves absent keys out of the answer", async ({ open }) => {
  const cache = await open();
  await cache.set("1", "one", testCall());
  await cache.set("clé", "three", testCall());

  const values = await cache.getMany(["1", "2", "clé", "1"], testCall());

  expect([...values].map(([key, value]) => [key, value.toString()])).toEqual([
    ["1", "one"],
    ["clé", "three"],
  ]);
  expect(await cache.get("2", testCall())).toBeUndefined();
  expect(await cache.getMany([], testCall())).toEqual(new Map());
});

test.for(caches)("$name gives a thousand keys and large values at once", async ({ open }) => {
  const cache = await open();
  const keys = Array.from({ length: 1_000 }, (_, index) => `key-${index}`);
  const large = "x".repeat(600_000);
  await Promise.all(keys.map((key) => cache.set(key, key, testCall())));
  await cache.set("large", large, testCall());

  const values = await cache.getMany([...keys, "large"], testCall());

  expect(values.size).toBe(1_001);
  expect(values.get("key-999")?.toString()).toBe("key-999");
  expect(values.get("large")?.toString()).toBe(large);
});

test.for(caches)("$name replaces on set, and adds only what is absent", async ({ open }) => {
  const cache = await open();

  expect(await cache.add("4_cap", "200", testCall())).toBe(true);
  expect(await cache.add("4_cap", "300", testCall())).toBe(false);
  expect((await cache.get("4_cap", testCall()))?.toString()).toBe("200");
  await cache.set("4_cap", "250", testCall());
  expect((await cache.get("4_cap", testCall()))?.toString()).toBe("250");
});

test.for(caches)("$name forgets what is deleted, and what never was", async ({ open }) => {
  const cache = await open();
  await cache.set("4", "four", testCall());

  await cache.delete("4", testCall());
  await cache.delete("4", testCall());

  expect(await cache.get("4", testCall())).toBeUndefined();
});

test.for(caches)("$name forgets a value when its time is over", async ({ open }) => {
  const cache = await open();
  await cache.set("short", "1", testCall(), { ttlS: 1 });
  await cache.set("long", "1", testCall(), { ttlS: 40 * 24 * 60 * 60 });

  await eventually(async () => expect(await cache.get("short", testCall())).toBeUndefined());

  expect(await cache.get("long", testCall())).toBeDefined();
});

test.for(caches)("$name refuses keys that memcached cannot take", async ({ open }) => {
  const cache = await open();

  for (const key of ["", "a b", "a\r\nflush_all", "k".repeat(251), "é".repeat(126), "\x7f"]) {
    const refusal = { code: "invalidArgument" };
    await expect(cache.getMany(["1", key], testCall())).rejects.toMatchObject(refusal);
    await expect(cache.set(key, "1", testCall())).rejects.toMatchObject(refusal);
    await expect(cache.add(key, "1", testCall())).rejects.toMatchObject(refusal);
    await expect(cache.delete(key, testCall())).rejects.toMatchObject(refusal);
  }
  await cache.set("k".repeat(250), "1", testCall());
});

test.for(caches)("$name does nothing for a call that is over", async ({ open }) => {
  const cache = await open();
  const canceled = testCall({ signal: AbortSignal.abort() });
  const late = testCall({ deadlineMs: Date.now() - 1 });

  await expect(cache.set("1", "one", canceled)).rejects.toMatchObject({ code: "canceled" });
  await expect(cache.get("1", late)).rejects.toMatchObject({ code: "deadlineExceeded" });
  expect(await cache.get("1", testCall())).toBeUndefined();
});

test.for(caches)("$name shows every operation to the layers", async ({ open }) => {
  const { layer, calls } = seeCalls();
  const cache = await open({ layers: [layer] });

  await cache.set("1", "one", testCall(), { ttlS: 5 });
  await cache.getMany(["1", "2"], testCall());
  await cache.get("1", testCall());
  await cache.add("1", "one", testCall());
  await cache.delete("1", testCall());

  expect(calls.map((call) => call.name)).toEqual([
    "set memcached-rate",
    "get memcached-rate",
    "get memcached-rate",
    "add memcached-rate",
    "delete memcached-rate",
  ]);
  expect(calls[1]).toMatchObject({
    kind: "client",
    system: "memcached",
    service: "rate",
    peer: "memcached-rate",
    request: { keys: ["1", "2"] },
    attributes: { "db.system.name": "memcached", "db.operation.name": "get" },
  });
});

test.for(caches)("$name does what a layer makes of the request", async ({ open }) => {
  const cache = await open({
    layers: [
      (call, next) => next(call.name.startsWith("get") ? { ...call, request: { keys: [] } } : call),
    ],
  });
  await cache.set("1", "one", testCall());

  expect(await cache.get("1", testCall())).toBeUndefined();
});

test("the in-memory cache keeps to its limits and drops what was not used for longest", async () => {
  const cache = createMemoryCache({ entriesMax: 3, bytesMax: 10 });
  for (const key of ["1", "2", "3"]) await cache.set(key, "v", testCall());
  await cache.get("1", testCall());

  await cache.set("4", "v", testCall());
  expect([...(await cache.getMany(["1", "2", "3", "4"], testCall())).keys()]).toEqual([
    "1",
    "3",
    "4",
  ]);

  await cache.set("5", "123456789", testCall());
  expect([...(await cache.getMany(["1", "3", "4", "5"], testCall())).keys()]).toEqual(["4", "5"]);
});

test("the in-memory cache tells the time by the clock it is given", async () => {
  let nowMs = 1_000;
  const cache = createMemoryCache({ now: () => nowMs });
  await cache.set("1", "one", testCall(), { ttlS: 2 });

  nowMs = 2_999;
  expect(await cache.get("1", testCall())).toBeDefined();
  nowMs = 3_000;
  expect(await cache.get("1", testCall())).toBeUndefined();
});
