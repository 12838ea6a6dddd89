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
