import { Recommendation } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import { createRecommendation, type RatedHotel } from "./recommendation.ts";
import { seedRecommendation } from "./seed.ts";

async function seededRecommendation() {
  const mongo = createMemoryMongo();
  await seedRecommendation(mongo, testCall());
  return createRecommendation(mongo, testCall());
}

async function recommendationOf(...hotels: RatedHotel[]) {
  const mongo = createMemoryMongo();
  await mongo.collection<RatedHotel>("recommendation").insertMany(hotels, testCall());
  return createRecommendation(mongo, testCall());
}

inBothWorlds("hotels are recommended as the originals do it", async (start) => {
  const recommendation = await start(Recommendation, await seededRecommendation());
  const answers = [
    { require: "dis", lat: 37.7749, lon: -122.4194, HotelIds: ["5"] },
    { require: "dis", lat: 38.0235, lon: -122.095, HotelIds: ["40"] },
    { require: "dis", lat: 37.783, lon: -122.252, HotelIds: ["10"] },
    { require: "dis", lat: 38.264, lon: -121.927, HotelIds: ["70"] },
    { require: "dis", lat: 0, lon: 0, HotelIds: ["80"] },
    { require: "rate", lat: 0, lon: 0, HotelIds: ["9", "24", "39", "54", "69"] },
    { require: "rate", lat: NaN, lon: 1e300, HotelIds: ["9", "24", "39", "54", "69"] },
    { require: "price", lat: 38.0235, lon: -122.095, HotelIds: ["2"] },
    { require: "cheap", lat: 38.0235, lon: -122.095, HotelIds: [] },
    { require: "", lat: 38.0235, lon: -122.095, HotelIds: [] },
    { require: "constructor", lat: 38.0235, lon: -122.095, HotelIds: [] },
  ];

  for (const { HotelIds, ...request } of answers) {
    expect(await recommendation.getRecommendations(request, testCall())).toEqual({ HotelIds });
  }
});

inBothWorlds("from a point that is no number nothing is near", async (start) => {
  const recommendation = await start(Recommendation, await seededRecommendation());

  for (const value of [NaN, Infinity, -Infinity]) {
    const request = { require: "dis", lat: value, lon: 0 };
    expect(await recommendation.getRecommendations(request, testCall())).toEqual({ HotelIds: [] });
  }
});

inBothWorlds("several hotels that are equally good are all recommended", async (start) => {
  const at = { lat: 1, lon: 1, price: 5 };
  const handlers = await recommendationOf(
    { hotelId: "1", ...at, rate: 7 },
    { hotelId: "2", ...at, rate: 7 },
    { hotelId: "3", ...at, lat: 2, rate: 6 },
  );
  const recommendation = await start(Recommendation, handlers);
  const ask = (require: string) =>
    recommendation.getRecommendations({ require, lat: 1.1, lon: 1 }, testCall());

  expect(await ask("dis")).toEqual({ HotelIds: ["1", "2"] });
  expect(await ask("rate")).toEqual({ HotelIds: ["1", "2"] });
  expect(await ask("price")).toEqual({ HotelIds: ["1", "2", "3"] });
});

inBothWorlds("a rate below zero is never the best", async (start) => {
  const at = { lat: 1, lon: 1, price: 5 };
  const request = { require: "rate", lat: 0, lon: 0 };
  const below = await recommendationOf({ hotelId: "1", ...at, rate: -1 });
  const zero = await recommendationOf({ hotelId: "1", ...at, rate: 0 });

  expect(
    await (await start(Recommendation, below)).getRecommendations(request, testCall()),
  ).toEqual({ HotelIds: [] });
  expect(await (await start(Recommendation, zero)).getRecommendations(request, testCall())).toEqual(
    {
      HotelIds: ["1"],
    },
  );
});

inBothWorlds("without hotels nothing is recommended", async (start) => {
  const recommendation = await start(Recommendation, await recommendationOf());

  for (const require of ["dis", "rate", "price"]) {
    const request = { require, lat: 0, lon: 0 };
    expect(await recommendation.getRecommendations(request, testCall())).toEqual({ HotelIds: [] });
  }
});

test("a start without the database fails, instead of knowing no hotels", async () => {
  const mongo = createMemoryMongo();
  const collection: Mongo["collection"] = (name) => ({
    ...mongo.collection(name),
    find: () => Promise.reject(unavailable("no reachable servers")),
  });

  const starting = createRecommendation({ ...mongo, collection }, testCall());

  await expect(starting).rejects.toThrow("no reachable");
});

test("seeding gives 80 hotels, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();
  const hotels = mongo.collection<RatedHotel>("recommendation");

  await Promise.all([seedRecommendation(mongo, testCall()), seedRecommendation(mongo, testCall())]);
  await seedRecommendation(mongo, testCall());

  expect(await hotels.count({}, testCall())).toBe(80);
  expect(await hotels.findOne({ hotelId: "3" }, testCall())).toMatchObject({ lat: 37.7834 });
  expect(await hotels.findOne({ hotelId: "15" }, testCall())).toMatchObject({
    lat: 37.8735,
    lon: -122.28999999999999,
    rate: 109,
    price: 123.17,
  });
  expect(await hotels.findOne({ hotelId: "16" }, testCall())).toMatchObject({
    rate: 135,
    price: 179,
  });
});
