import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import type { HotelRooms } from "./capacities.ts";
import { seedReservation } from "./seed.ts";

test("seeding gives 80 hotels and Alice's booking, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();
  const hotels = mongo.collection<HotelRooms>("number");

  await Promise.all([seedReservation(mongo, testCall()), seedReservation(mongo, testCall())]);
  await seedReservation(mongo, testCall());

  const found = await hotels.find({}, testCall());
  const byRooms = Map.groupBy(found, (hotel) => hotel.numberOfRoom);
  expect([...byRooms].map(([rooms, all]) => [rooms, all.length])).toEqual([
    [200, 30],
    [300, 25],
    [250, 25],
  ]);
  expect(await mongo.collection("reservation").find({}, testCall())).toMatchObject([
    { hotelId: "4", customerName: "Alice", inDate: "2015-04-09", outDate: "2015-04-10", number: 1 },
  ]);
});

test("bookings are found by hotel and days through an index", async () => {
  const inner = createMemoryMongo();
  const indexes: string[] = [];
  const collection: Mongo["collection"] = (name) => ({
    ...inner.collection(name),
    ensureIndex: async (keys, _, options = {}) => {
      indexes.push(`${name} ${Object.keys(keys)} ${options.unique ?? false}`);
      return true;
    },
  });

  await seedReservation({ ...inner, collection }, testCall());

  expect(indexes).toEqual(["reservation hotelId,inDate,outDate false", "number hotelId false"]);
});
