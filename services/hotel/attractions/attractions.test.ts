import { Attractions } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import { createAttractions } from "./attractions.ts";
import { seedAttractions } from "./seed.ts";

async function seededMongo() {
  const mongo = createMemoryMongo();
  await seedAttractions(mongo, testCall());
  return mongo;
}

inBothWorlds("attractions near a hotel are those that the original finds", async (start) => {
  const mongo = await seededMongo();
  const attractions = await start(Attractions, await createAttractions(mongo, testCall()));
  const answers = [
    { hotelId: "1", restaurants: ["1", "5", "4", "2", "3"] },
    { hotelId: "2", restaurants: ["2", "5", "3", "1", "6"] },
    { hotelId: "3", restaurants: ["5", "1", "2", "4", "3"] },
    { hotelId: "4", restaurants: ["3", "2", "5", "6", "1"] },
    { hotelId: "5", restaurants: ["4", "1", "5", "2", "3"] },
    { hotelId: "6", restaurants: ["2", "5", "1", "3", "4"] },
  ];

  for (const { hotelId, restaurants } of answers) {
    expect(await attractions.nearbyRest({ hotelId }, testCall())).toEqual({
      attractionIds: restaurants,
    });
    expect(await attractions.nearbyMus({ hotelId }, testCall())).toEqual({ attractionIds: ["4"] });
    expect(await attractions.nearbyCinema({ hotelId }, testCall())).toEqual({ attractionIds: [] });
  }
});

inBothWorlds("a hotel that does not exist has nothing near it", async (start) => {
  const mongo = await seededMongo();
  const nowhere = { restaurantId: "0", lat: 0, lon: 0 };
  await mongo.collection("restaurants").insertMany([nowhere], testCall());
  const attractions = await start(Attractions, await createAttractions(mongo, testCall()));

  for (const hotelId of ["7", "80", "x", "", " ", "\n"]) {
    expect(await attractions.nearbyRest({ hotelId }, testCall())).toEqual({ attractionIds: [] });
  }
});

inBothWorlds("hotels are read at every call, attractions once", async (start) => {
  const mongo = await seededMongo();
  const attractions = await start(Attractions, await createAttractions(mongo, testCall()));
  await mongo.collection("restaurants").deleteMany({}, testCall());
  const moved = { hotelId: "7", lat: 37.7867, lon: -122.4112 };
  await mongo.collection("hotels").insertMany([moved], testCall());

  const near = await attractions.nearbyRest({ hotelId: "7" }, testCall());

  expect(near.attractionIds).toEqual(["1", "5", "4", "2", "3"]);
});

inBothWorlds(
  "a database that fails is reported, and serves again when it is back",
  async (start) => {
    const mongo = await seededMongo();
    let down = false;
    const collection: Mongo["collection"] = (name) => {
      const inner = mongo.collection<never>(name);
      return {
        ...inner,
        find: (...query) => {
          return down
            ? Promise.reject(unavailable("mongodb does not answer"))
            : inner.find(...query);
        },
      };
    };
    const handlers = await createAttractions({ ...mongo, collection }, testCall());
    const attractions = await start(Attractions, handlers);

    down = true;
    await expect(attractions.nearbyMus({ hotelId: "1" }, testCall())).rejects.toMatchObject({
      code: "unavailable",
    });
    down = false;
    expect(await attractions.nearbyMus({ hotelId: "1" }, testCall())).toEqual({
      attractionIds: ["4"],
    });
  },
);

test("seeding gives six of each, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();

  await Promise.all([seedAttractions(mongo, testCall()), seedAttractions(mongo, testCall())]);
  await seedAttractions(mongo, testCall());

  const counts = await Promise.all(
    ["hotels", "restaurants", "museums", "cinemas"].map((name) =>
      mongo.collection(name).count({}, testCall()),
    ),
  );
  expect(counts).toEqual([6, 6, 6, 0]);
});
