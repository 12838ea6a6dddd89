import { setImmediate as nextTurn } from "node:timers/promises";
import { testCall } from "@faultline/rpc/test-call";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { type Decide, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  book,
  bookedRooms,
  expectOrder,
  isFree,
  mongoOfHotels,
  replica,
  type StayWish,
} from "./reservation-testing.ts";

const rooms = { "1": 4, "2": 2 };
const days = ["2015-04-09", "2015-04-10", "2015-04-11", "2015-04-12", "2015-04-13"];
const hourMs = 3_600_000;

const wish: fc.Arbitrary<StayWish> = fc
  .record({
    hotelId: fc.constantFrom("1", "2"),
    first: fc.integer({ min: 0, max: 3 }),
    nights: fc.integer({ min: 1, max: 4 }),
    rooms: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ hotelId, first, nights, rooms }) => ({
    ...{ hotelId, rooms, inDate: days[first] ?? "" },
    outDate: days[Math.min(first + nights, days.length - 1)] ?? "",
  }));
const wishes = fc.array(wish, { minLength: 4, maxLength: 16 });
/** How many turns of the event loop each step of the database waits: the order in which steps happen. */
const pace = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 7, maxLength: 31 });

function paced(turns: readonly number[]): Decide {
  return async (step) => {
    for (let i = turns[step % turns.length] ?? 0; i > 0; i--) await nextTurn();
    return "done" as const;
  };
}

/** The rooms booked per night, were exactly these wishes fulfilled. */
function roomsOf(fulfilled: readonly StayWish[]): Record<string, number> {
  const booked: Record<string, number> = {};
  for (const { hotelId, inDate, outDate, rooms } of fulfilled) {
    for (const day of days.filter((day) => day > inDate && day <= outDate)) {
      const night = `${hotelId}_${day}`;
      booked[night] = (booked[night] ?? 0) + rooms;
    }
  }
  return booked;
}

function expectNotOversold(booked: Readonly<Record<string, number>>): void {
  for (const [night, count] of Object.entries(booked)) {
    expect(count).toBeLessThanOrEqual(night.startsWith("1") ? rooms["1"] : rooms["2"]);
  }
}

/** Every night of both hotels, and how many rooms are free in it. */
function freeRooms(booked: Readonly<Record<string, number>>) {
  return Object.entries(rooms).flatMap(([hotelId, all]) =>
    days.slice(1).map((outDate, index) => {
      const free = all - (booked[`${hotelId}_${outDate}`] ?? 0);
      return { hotelId, inDate: days[index] ?? "", outDate, free };
    }),
  );
}

test("bookings of two replicas at once never exceed the capacity, and are what is answered", async () => {
  const property = fc.asyncProperty(wishes, pace, async (all, turns) => {
    const mongo = await mongoOfHotels(rooms);
    const cache = createMemoryCache();
    const shared = { mongo: troubledMongo(mongo, paced(turns)), cache };
    const replicas = [replica(shared), replica(shared)] as const;

    const answers = await Promise.all(
      all.map((each, index) => book(replicas[index % 2 === 0 ? 0 : 1].client, each)),
    );

    const booked = await bookedRooms(mongo);
    expect(booked).toEqual(roomsOf(all.filter((_, index) => answers[index])));
    expectNotOversold(booked);
    await expectOrder(mongo);
  });
  await fc.assert(property, { numRuns: 20 });
});

test("availability agrees with the bookings at once, with the cache that they shared and without", async () => {
  const property = fc.asyncProperty(wishes, pace, async (all, turns) => {
    const mongo = await mongoOfHotels(rooms);
    const cache = createMemoryCache();
    const shared = { mongo: troubledMongo(mongo, paced(turns)), cache };
    const [first, second] = [replica(shared), replica(shared)];
    await Promise.all([
      ...all.map((each) => book(first.client, each)),
      ...all.map((each) => isFree(second.client, each)),
      ...all.map((each) => isFree(first.client, each)),
    ]);

    const fresh = replica({ mongo, cache: createMemoryCache() });
    for (const { free, ...night } of freeRooms(await bookedRooms(mongo))) {
      for (const { client } of [first, second, fresh]) {
        expect(await isFree(client, { ...night, rooms: free })).toBe(true);
        expect(await isFree(client, { ...night, rooms: free + 1 })).toBe(false);
      }
    }
  });
  await fc.assert(property, { numRuns: 20 });
});

test("a replica whose clock is an hour ahead ends bookings under way, and still none is half or oversold", async () => {
  const property = fc.asyncProperty(wishes, pace, async (all, turns) => {
    const mongo = await mongoOfHotels(rooms);
    const shared = { mongo: troubledMongo(mongo, paced(turns)), cache: createMemoryCache() };
    const [first, second] = [replica(shared), replica(shared)];
    const hasty = replica({ ...shared, now: () => Date.now() + hourMs });
    let over = false;
    const hurrying = (async () => {
      while (!over) await hasty.repair.overhaul(testCall());
    })();

    const outcomes = await Promise.allSettled(
      all.map((each, index) => book([first, second][index % 2]?.client ?? first.client, each)),
    );
    over = true;
    await hurrying;

    const booked = await bookedRooms(mongo);
    expectNotOversold(booked);
    await hasty.repair.overhaul(testCall());
    await expectOrder(mongo);
    const acknowledged = all.filter((_, index) => {
      const outcome = outcomes[index];
      return outcome?.status === "fulfilled" && outcome.value;
    });
    for (const [night, count] of Object.entries(roomsOf(acknowledged))) {
      expect(booked[night]).toBeGreaterThanOrEqual(count);
    }
  });
  await fc.assert(property, { numRuns: 20 });
});

test("64 bookings of the last rooms at once sell each of them, and no more", async () => {
  const mongo = await mongoOfHotels({ "1": 200 });
  const shared = { mongo, cache: createMemoryCache() };
  const replicas = [replica(shared), replica(shared)] as const;
  const stay = { hotelId: "1", inDate: "2015-04-09", outDate: "2015-04-12" };
  expect(await book(replicas[0].client, { ...stay, rooms: 190 })).toBe(true);

  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      book(replicas[index % 2 === 0 ? 0 : 1].client, { ...stay, rooms: 1 }),
    ),
  );

  expect(answers.filter((booked) => booked)).toHaveLength(10);
  await expectOrder(mongo);
  expect(Object.values(await bookedRooms(mongo))).toEqual([200, 200, 200]);
});
