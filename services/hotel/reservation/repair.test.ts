import { testCall } from "@faultline/rpc/test-call";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect, test } from "vitest";
import type { BookedNight } from "./bookings.ts";
import type { NightTotal } from "./ledger.ts";
import { startReservation } from "./reservation.ts";
import {
  book,
  bookedRooms,
  expectOrder,
  mongoOfHotels,
  replica,
  totalRooms,
} from "./reservation-testing.ts";

const night = { hotelId: "1", inDate: "2015-04-09", outDate: "2015-04-10" };
const byOriginal = { ...night, customerName: "Bob", number: 3 };

function insertBookings(mongo: Mongo, ...documents: BookedNight[]): Promise<void> {
  return mongo.collection<BookedNight>("reservation").insertMany(documents, testCall());
}

test("what an original has booked in the meantime is counted at the next start", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  const before = replica({ mongo, cache: createMemoryCache() });
  expect(await book(before.client, { ...night, rooms: 1 })).toBe(true);
  await insertBookings(mongo, byOriginal);

  await startReservation({ mongo, cache: createMemoryCache() }, testCall());

  expect(await totalRooms(mongo)).toEqual({ "1_2015-04-10": 4 });
  expect(await book(before.client, { ...night, rooms: 2 })).toBe(false);
  expect(await book(before.client, { ...night, rooms: 1 })).toBe(true);
});

test("a night is not recounted over a booking that is made meanwhile", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  const { client } = replica({ mongo, cache: createMemoryCache() });
  expect(await book(client, { ...night, rooms: 1 })).toBe(true);
  await insertBookings(mongo, byOriginal);
  let disturbed = false;
  const disturbedMongo = troubledMongo(mongo, async (_, operation) => {
    if (operation === "update night" && !disturbed) {
      disturbed = true;
      expect(await book(client, { ...night, rooms: 1 })).toBe(true);
    }
    return "done" as const;
  });
  const { repair } = replica({ mongo: disturbedMongo, cache: createMemoryCache() });

  await repair.overhaul(testCall());

  expect(await bookedRooms(mongo)).toEqual({ "1_2015-04-10": 5 });
  await expectOrder(mongo);
});

test("a booking under way is spared: its rooms stay held whatever is counted", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  const { client } = replica({ mongo, cache: createMemoryCache() });
  const { repair } = replica({ mongo, cache: createMemoryCache() });
  let heldMeanwhile: unknown;
  const slowMongo = troubledMongo(mongo, async (_, operation) => {
    if (operation === "insert reservation") {
      await insertBookings(mongo, byOriginal);
      await repair.overhaul(testCall());
      heldMeanwhile = await totalRooms(mongo);
    }
    return "done" as const;
  });
  const slow = replica({ mongo: slowMongo, cache: createMemoryCache() });

  expect(await book(slow.client, { ...night, rooms: 2 })).toBe(true);

  expect(heldMeanwhile).toEqual({ "1_2015-04-10": 5 });
  await expectOrder(mongo);
  expect(await book(client, { ...night, rooms: 1 })).toBe(false);
});

test("a stay that is incomplete after its time is removed, even if nothing is held for it", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  const stay = { inDate: "2015-04-09", outDate: "2015-04-11" };
  const half = {
    ...{ _id: "b_2015-04-10", ...night, customerName: "Eve", number: 2 },
    ...{ booking: "b", stay, nights: 2, until: new Date(0) },
  };
  await insertBookings(mongo, half, byOriginal);

  await startReservation({ mongo, cache: createMemoryCache() }, testCall());

  expect(await bookedRooms(mongo)).toEqual({ "1_2015-04-10": 3 });
});

test("a stay that is incomplete within its time is left alone", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  const stay = { inDate: "2015-04-09", outDate: "2015-04-11" };
  const half = {
    ...{ _id: "b_2015-04-10", ...night, customerName: "Eve", number: 2 },
    ...{ booking: "b", stay, nights: 2, until: new Date(Date.now() + 60_000) },
  };
  await insertBookings(mongo, half);

  await startReservation({ mongo, cache: createMemoryCache() }, testCall());

  expect(await bookedRooms(mongo)).toEqual({ "1_2015-04-10": 2 });
});

test("two replicas that repair at once come to the same end", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  let insertions = 0;
  const dying = troubledMongo(mongo, (_, operation) => {
    if (operation === "insert reservation") insertions++;
    return insertions > 1 ? "failed" : "done";
  });
  const dead = replica({ mongo: dying, cache: createMemoryCache() });
  const stay = { ...night, outDate: "2015-04-12", rooms: 2 };
  await expect(book(dead.client, stay)).rejects.toMatchObject({ code: "unavailable" });
  expect(await bookedRooms(mongo)).toEqual({ "1_2015-04-10": 2 });

  const later = () => Date.now() + 3_600_000;
  const settings = { mongo, cache: createMemoryCache(), now: later };
  await Promise.all([
    startReservation(settings, testCall()),
    startReservation(settings, testCall()),
  ]);

  expect(await bookedRooms(mongo)).toEqual({});
  await expectOrder(mongo);
});

test("a database that an original has oversold is taken as it is, and sells nothing", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  await insertBookings(
    mongo,
    { ...byOriginal, number: 9 },
    { ...byOriginal, number: 0 },
    { ...byOriginal, number: -2 },
  );
  const { client } = replica({ mongo, cache: createMemoryCache() });

  expect(await book(client, { ...night, rooms: 1 })).toBe(false);

  const [total] = await mongo.collection<NightTotal>("night").find({}, testCall());
  expect(total).toMatchObject({ _id: "1_2015-04-10", booked: 7 });
  await insertBookings(mongo, { ...byOriginal, number: -3 });
  await startReservation({ mongo, cache: createMemoryCache() }, testCall());
  expect(await book(client, { ...night, rooms: 1 })).toBe(true);
});
