import type { CallScope } from "@faultline/rpc/call";
import { unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import { expect, onTestFinished, test } from "vitest";
import { type CachedSettings, cachedMany } from "./cached.ts";
import type { Cache } from "./memcached.ts";
import { connectMemcached } from "./memcached-client.ts";
import { createMemoryCache } from "./memcached-memory.ts";
import { eventually } from "./testing/eventually.ts";
import { keepLog } from "./testing/kept-log.ts";

interface Hotel {
  readonly name: string;
}

/** Hotels 1 to 9 exist. Every query of the store is kept. */
function hotels(cache: Cache, settings: Partial<CachedSettings<Hotel>> = {}) {
  const queries: (readonly string[])[] = [];
  const read = cachedMany<Hotel>({
    cache,
    keyOf: (id) => id,
    decode: (bytes) => JSON.parse(bytes.toString()),
    encode: (hotel) => JSON.stringify(hotel),
    load: async (ids) => {
      queries.push(ids);
      const existing = ids.filter((id) => /^[1-9]$/.test(id));
      return new Map(existing.map((id) => [id, { name: `hotel ${id}` }]));
    },
    ...settings,
  });
  return { read, queries };
}

test("all misses are loaded with one query, and are hits the next time", async () => {
  const cache = createMemoryCache();
  const { read, queries } = hotels(cache);

  const first = await read(["3", "1", "3", "2"], testCall());
  await eventually(async () => expect(await cache.get("2", testCall())).toBeDefined());
  const second = await read(["2", "4", "1"], testCall());

  expect([...first]).toEqual([
    ["3", { name: "hotel 3" }],
    ["1", { name: "hotel 1" }],
    ["2", { name: "hotel 2" }],
  ]);
  expect([...second.keys()]).toEqual(["2", "4", "1"]);
  expect(queries).toEqual([["3", "1", "2"], ["4"]]);
});

test("what does not exist is absent and is not cached", async () => {
  const cache = createMemoryCache();
  const { read, queries } = hotels(cache);

  expect([...(await read(["1", "999"], testCall())).keys()]).toEqual(["1"]);
  await eventually(async () => expect(await cache.get("1", testCall())).toBeDefined());

  expect(await cache.get("999", testCall())).toBeUndefined();
  await read(["1", "999"], testCall());
  expect(queries).toEqual([["1", "999"], ["999"]]);
});

test("an entry that cannot be decoded is a miss and is written anew", async () => {
  const cache = createMemoryCache();
  await cache.set("1", "{broken", testCall());
  const { log, lines } = keepLog();
  const { read } = hotels(cache);

  const found = await read(["1"], testCall({ log }));

  expect(found.get("1")).toEqual({ name: "hotel 1" });
  expect(lines).toMatchObject([{ message: "cache skipped", reason: "undecodable" }]);
  await eventually(async () =>
    expect((await cache.get("1", testCall()))?.toString()).toBe('{"name":"hotel 1"}'),
  );
});

test("a dead cache is passed over, with one line in the log for many calls", async () => {
  const cache = connectMemcached({ service: "a", peer: "memcached-a", addresses: ["127.0.0.1:1"] });
  onTestFinished(() => cache.close());
  const { log, lines } = keepLog();
  const { read, queries } = hotels(cache);

  for (let call = 0; call < 20; call++)
    expect((await read(["1", "2"], testCall({ log }))).size).toBe(2);

  expect(queries.length).toBe(20);
  expect(lines).toEqual([
    { message: "cache skipped", store: "memcached", reason: "unavailable", skipped: 1 },
  ]);
});

test("a failure of the store fails the call and is not cached", async () => {
  const cache = createMemoryCache();
  const { read } = hotels(cache, {
    load: async () => {
      throw unavailable("no database");
    },
  });

  await expect(read(["1"], testCall())).rejects.toMatchObject({ code: "unavailable" });

  expect(await cache.get("1", testCall())).toBeUndefined();
});

test("nobody waits for the cache to be filled, and its failure harms nobody", async () => {
  const { log, lines } = keepLog();
  let failFill: (error: Error) => void = () => {};
  const cache: Cache = {
    ...createMemoryCache(),
    set: () =>
      new Promise((_, reject) => {
        failFill = reject;
      }),
  };
  const { read } = hotels(cache);

  expect((await read(["1"], testCall({ log }))).size).toBe(1);

  failFill(unavailable("gone"));
  await eventually(async () =>
    expect(lines).toMatchObject([{ message: "cache skipped", reason: "unavailable" }]),
  );
});

test("fills outlive their caller, but not for ever, and only so many are under way", async () => {
  const fills: CallScope[] = [];
  const cache: Cache = {
    ...createMemoryCache(),
    getMany: async () => new Map(),
    set: (_key, _value, scope) => {
      fills.push(scope);
      return new Promise(() => {});
    },
  };
  const load = async (ids: readonly string[]) => new Map(ids.map((id) => [id, { name: id }]));
  const { read } = hotels(cache, { load });
  const ids = Array.from({ length: 200 }, (_, index) => `h${index}`);

  await read(ids, testCall({ withinMs: 600_000 }));
  await read(ids, testCall());

  expect(fills.length).toBe(256);
  expect(fills[0]?.deadlineMs).toBeLessThan(Date.now() + 60_000);
});

test("a call that is over is not answered from the store", async () => {
  const { read, queries } = hotels(createMemoryCache());

  const over = testCall({ deadlineMs: Date.now() - 1 });

  await expect(read(["1"], over)).rejects.toMatchObject({ code: "deadlineExceeded" });
  expect(queries).toEqual([]);
});

test("ids that make no legal key go to the store, or do not exist, as the caller wants", async () => {
  const cache = createMemoryCache();
  const loading = hotels(cache);
  const omitting = hotels(cache, { illegalKeys: "omit" });

  await loading.read(["1", "a b", ""], testCall());
  await eventually(async () => expect(await cache.get("1", testCall())).toBeDefined());
  const found = await omitting.read(["a b", "1"], testCall());

  expect(loading.queries).toEqual([["1", "a b", ""]]);
  expect([...found.keys()]).toEqual(["1"]);
  expect(omitting.queries).toEqual([]);
});

test("a fill that adds leaves a newer value as it is", async () => {
  const cache = createMemoryCache();
  const { read } = hotels(cache, {
    fillWith: "add",
    load: async () => {
      await cache.set("1", '{"name":"newer"}', testCall());
      return new Map([["1", { name: "older" }]]);
    },
  });

  await read(["1"], testCall());

  expect((await read(["1"], testCall())).get("1")).toEqual({ name: "newer" });
});
