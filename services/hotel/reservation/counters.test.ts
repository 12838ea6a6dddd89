import { unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { expect, test } from "vitest";
import { book, isFree, mongoOfHotels, replica } from "./reservation-testing.ts";

const night = { hotelId: "1", inDate: "2015-04-09", outDate: "2015-04-10", rooms: 1 };
const counter = "1_2015-04-10_2015-04-10";

async function textIn(cache: Cache, key: string): Promise<string | undefined> {
  return (await cache.get(key, testCall()))?.toString();
}

test("of two bookings at once the later total stays in the cache, whoever writes last", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  const cache = createMemoryCache();
  const quick = replica({ mongo, cache });
  let overtaken = false;
  const overtakenCache: Cache = {
    ...cache,
    async set(...entry) {
      // While the first total is on its way to the cache, another booking is made and published.
      if (!overtaken) {
        overtaken = true;
        expect(await book(quick.client, night)).toBe(true);
      }
      await cache.set(...entry);
    },
  };
  const slow = replica({ mongo, cache: overtakenCache });

  expect(await book(slow.client, night)).toBe(true);

  expect(await textIn(cache, counter)).toBe("2");
});

test("a total read before a booking does not replace the one published after it", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  const cache = createMemoryCache();
  const booker = replica({ mongo, cache });
  const adding = Promise.withResolvers<void>();
  const lateCache: Cache = {
    ...cache,
    async add(...entry) {
      if (entry[0] === counter) expect(await book(booker.client, night)).toBe(true);
      const added = await cache.add(...entry);
      if (entry[0] === counter) adding.resolve();
      return added;
    },
  };
  const reader = replica({ mongo, cache: lateCache });

  expect(await isFree(reader.client, night)).toBe(true);
  await adding.promise;

  expect(await textIn(cache, counter)).toBe("1");
});

test("a counter that could not be published is right again after its short life", async () => {
  const mongo = await mongoOfHotels({ "1": 1 });
  let nowMs = 0;
  const cache = createMemoryCache({ now: () => nowMs });
  const dead = () => Promise.reject(unavailable("memcached-reserve does not answer"));
  const cut = replica({ mongo, cache: { ...cache, set: dead, delete: dead } });
  const reader = replica({ mongo, cache });
  expect(await isFree(reader.client, night)).toBe(true);
  await expect.poll(() => textIn(cache, counter)).toBe("0");

  expect(await book(cut.client, night)).toBe(true);
  nowMs += 10_001;

  expect(await isFree(reader.client, night)).toBe(false);
});

test("a refused stay leaves no counter behind that counts its rooms", async () => {
  const mongo = await mongoOfHotels({ "1": 1 });
  const cache = createMemoryCache();
  const { client } = replica({ mongo, cache });
  const second = { ...night, inDate: "2015-04-10", outDate: "2015-04-11" };
  expect(await book(client, second)).toBe(true);

  expect(await book(client, { ...night, outDate: "2015-04-11" })).toBe(false);

  expect(await textIn(cache, counter)).toBe("0");
  expect(await textIn(cache, "1_2015-04-11_2015-04-11")).toBe("1");
});
