import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect, test } from "vitest";
import { book, bookedRooms, expectOrder, mongoOfHotels, replica } from "./reservation-testing.ts";

const firstNight = { hotelId: "1", inDate: "2015-04-09", outDate: "2015-04-10", rooms: 1 };
const secondNight = { ...firstNight, inDate: "2015-04-10", outDate: "2015-04-11" };
const bothNights = { ...firstNight, outDate: "2015-04-11" };

/** Something that is waited for until it is opened. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

test("a room that another booking holds and gives back goes to whoever waits for it", async () => {
  const mongo = await mongoOfHotels({ "1": 1 });
  const calm = replica({ mongo, cache: createMemoryCache() });
  expect(await book(calm.client, secondNight)).toBe(true);
  const firstTaken = gate();
  const mayGoOn = gate();
  let takes = 0;
  const slowMongo = troubledMongo(mongo, async (_, operation) => {
    if (operation !== "findOneAndUpdate night" || ++takes < 3) return "done" as const;
    firstTaken.open();
    await mayGoOn.opened;
    return "done" as const;
  });
  const slow = replica({ mongo: slowMongo, cache: createMemoryCache() });

  const refused = book(slow.client, bothNights);
  await firstTaken.opened;
  const waiting = book(calm.client, firstNight);
  mayGoOn.open();

  expect(await refused).toBe(false);
  expect(await waiting).toBe(true);
  await expectOrder(mongo);
});

test("a stay refused for its last night leaves the nights before as they were", async () => {
  const mongo = await mongoOfHotels({ "1": 1 });
  const { client } = replica({ mongo, cache: createMemoryCache() });
  expect(await book(client, secondNight)).toBe(true);

  expect(await book(client, bothNights)).toBe(false);

  expect(await bookedRooms(mongo)).toEqual({ "1_2015-04-11": 1 });
  await expectOrder(mongo);
  expect(await book(client, firstNight)).toBe(true);
});

test("a hotel is full for those who come after the rooms are sold, without waiting", async () => {
  const mongo = await mongoOfHotels({ "1": 1 });
  const { client } = replica({ mongo, cache: createMemoryCache() });

  expect(await book(client, { ...firstNight, rooms: 2 })).toBe(false);
  expect(await book(client, firstNight)).toBe(true);
  expect(await book(client, firstNight)).toBe(false);
});

const month = { ...firstNight, outDate: "2015-05-09" };

test("a long stay over nights that were never sold opens them together", async () => {
  const mongo = await mongoOfHotels({ "1": 2 });
  const calm = replica({ mongo, cache: createMemoryCache() });
  expect(await book(calm.client, secondNight)).toBe(true);
  let missed = 0;
  const counting = troubledMongo(mongo, async (_, operation) => {
    if (operation === "findOne night") missed++;
    return "done" as const;
  });

  expect(await book(replica({ mongo: counting, cache: createMemoryCache() }).client, month)).toBe(
    true,
  );

  expect(missed).toBe(0);
  const rooms = await bookedRooms(mongo);
  expect(Object.keys(rooms)).toHaveLength(30);
  expect(rooms).toMatchObject({ "1_2015-04-10": 1, "1_2015-04-11": 2, "1_2015-05-09": 1 });
  await expectOrder(mongo);
});

test("a night that another replica sells while a long stay looks is counted for both", async () => {
  const mongo = await mongoOfHotels({ "1": 2 });
  const calm = replica({ mongo, cache: createMemoryCache() });
  let meddled = false;
  const meddling = troubledMongo(mongo, async (_, operation) => {
    if (operation === "insert night" && !meddled) {
      meddled = true;
      expect(await book(calm.client, secondNight)).toBe(true);
    }
    return "done" as const;
  });

  expect(await book(replica({ mongo: meddling, cache: createMemoryCache() }).client, month)).toBe(
    true,
  );

  expect(await bookedRooms(mongo)).toMatchObject({
    "1_2015-04-10": 1,
    "1_2015-04-11": 2,
    "1_2015-05-09": 1,
  });
  await expectOrder(mongo);
});
