import { Geo } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import { createGeo, type HotelPoint } from "./geo.ts";
import { seedGeo } from "./seed.ts";

async function seededGeo() {
  const mongo = createMemoryMongo();
  await seedGeo(mongo, testCall());
  return createGeo(mongo, testCall());
}

inBothWorlds("nearby finds the hotels that the originals find, in their order", async (start) => {
  const geo = await start(Geo, await seededGeo());
  const answers = [
    { lat: 37.7749, lon: -122.4194, hotelIds: ["5", "1", "3", "6", "2"] },
    { lat: 38.0235, lon: -122.095, hotelIds: ["40", "39", "41", "38", "42"] },
    { lat: 37.9, lon: -122.2, hotelIds: ["23", "24", "22", "25", "21"] },
    { lat: 38.1, lon: -122.0, hotelIds: ["52", "51", "53", "50", "54"] },
    { lat: 38.264, lon: -121.927, hotelIds: ["70", "69", "71", "68", "72"] },
    { lat: 37.783, lon: -122.252, hotelIds: ["10", "11", "9", "12", "8"] },
    { lat: 37.784, lon: -122.251, hotelIds: ["11", "10", "12", "9", "13"] },
    { lat: 37.842, lon: -122.183, hotelIds: ["20", "19", "21", "18", "17"] },
    { lat: 0, lon: 0, hotelIds: [] },
  ];

  for (const { lat, lon, hotelIds } of answers) {
    const point = { lat: Math.fround(lat), lon: Math.fround(lon) };
    expect(await geo.nearby(point, testCall())).toEqual({ hotelIds });
  }
});

inBothWorlds("coordinates that are nowhere on earth find nothing, at once", async (start) => {
  const geo = await start(Geo, await seededGeo());
  const nowhere = [NaN, Infinity, -Infinity, 3e38, -3e38, 500];

  for (const value of nowhere) {
    expect(await geo.nearby({ lat: value, lon: -122 }, testCall())).toEqual({ hotelIds: [] });
    expect(await geo.nearby({ lat: 37, lon: value }, testCall())).toEqual({ hotelIds: [] });
  }
});

inBothWorlds("a hotel whose place is no number is never found", async (start) => {
  const mongo = createMemoryMongo();
  const broken = [
    { hotelId: "1", lat: Number.NaN, lon: 0 },
    { hotelId: "2", lat: 0, lon: Number.POSITIVE_INFINITY },
    { hotelId: "3", lat: 0, lon: 0 },
  ];
  await mongo.collection<HotelPoint>("geo").insertMany(broken, testCall());
  const geo = await start(Geo, await createGeo(mongo, testCall()));

  const near = await geo.nearby({ lat: 0, lon: 0 }, testCall());

  expect(near.hotelIds).toEqual(["3"]);
});

inBothWorlds(
  "the hotels are read once at the start, and later changes do not show",
  async (start) => {
    const mongo = createMemoryMongo();
    await seedGeo(mongo, testCall());
    const geo = await start(Geo, await createGeo(mongo, testCall()));
    await mongo.collection("geo").deleteMany({}, testCall());

    const near = await geo.nearby({ lat: 37.7749, lon: -122.4194 }, testCall());

    expect(near.hotelIds).toHaveLength(5);
  },
);

test("a start without the database fails, instead of knowing no hotels", async () => {
  const mongo = createMemoryMongo();
  const collection: Mongo["collection"] = (name) => ({
    ...mongo.collection(name),
    find: () => Promise.reject(unavailable("no reachable servers")),
  });

  await expect(createGeo({ ...mongo, collection }, testCall())).rejects.toThrow("no reachable");
});

test("seeding gives 80 hotels, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();
  const hotels = mongo.collection<HotelPoint>("geo");

  await Promise.all([seedGeo(mongo, testCall()), seedGeo(mongo, testCall())]);
  await seedGeo(mongo, testCall());

  expect(await hotels.count({}, testCall())).toBe(80);
  expect(await hotels.findOne({ hotelId: "18" }, testCall())).toMatchObject({
    lat: 37.89149999999999,
    lon: -122.26599999999999,
  });
});

test("seeding leaves alone what another seeder has put there under ids of its own", async () => {
  const mongo = createMemoryMongo();
  const hotels = mongo.collection<HotelPoint>("geo");
  const moved = { hotelId: "7", lat: 1, lon: 2 };
  await hotels.insertMany([moved], testCall());

  await seedGeo(mongo, testCall());

  expect(await hotels.count({}, testCall())).toBe(80);
  expect(await hotels.find({ hotelId: "7" }, testCall())).toMatchObject([moved]);
});
