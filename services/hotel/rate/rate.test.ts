import { Rate, type RateClient } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import { createRate, type StoredPlan } from "./rate.ts";
import { seedRate } from "./seed.ts";

const dates = { inDate: "2015-04-09", outDate: "2015-04-10" };
const cachedByA =
  '{"HotelId":"9","Code":"RACK","InDate":"2015-04-09","OutDate":"2015-04-24","RoomType":{"BookableRate":232,' +
  '"TotalRate":232,"TotalRateInclusive":258,"Code":"KNG","Currency":"","RoomDescription":"King sized bed"}}\n';
const cachedByU =
  '{"hotelId":"9","code":"RACK","inDate":"2015-04-09","outDate":"2015-04-24","roomType":{"bookableRate":232,' +
  '"totalRate":232,"totalRateInclusive":258,"code":"KNG","roomDescription":"King sized bed"}}\n';
const planOfHotel9 = {
  ...{ hotelId: "9", code: "RACK", inDate: "2015-04-09", outDate: "2015-04-24" },
  roomType: {
    ...{ bookableRate: 232, totalRate: 232, totalRateInclusive: 258 },
    ...{ code: "KNG", currency: "", roomDescription: "King sized bed" },
  },
};

async function seededMongo() {
  const mongo = createMemoryMongo();
  await seedRate(mongo, testCall());
  return mongo;
}

async function mongoWith(...plans: StoredPlan[]) {
  const mongo = createMemoryMongo();
  await mongo.collection<StoredPlan>("inventory").insertMany(plans, testCall());
  return mongo;
}

function unreachable(mongo: Mongo): Mongo {
  const find = () => Promise.reject(unavailable("mongodb-rate does not answer"));
  return { ...mongo, collection: (name) => ({ ...mongo.collection(name), find }) };
}

async function ratedHotels(rate: RateClient, ...hotelIds: string[]) {
  const { ratePlans } = await rate.getRates({ hotelIds, ...dates }, testCall());
  return ratePlans.map((plan) => plan.hotelId);
}

inBothWorlds("plans come dearest first, only of the hotels asked for", async (start) => {
  const rate = await start(Rate, createRate(await seededMongo(), createMemoryCache()));

  expect(await ratedHotels(rate, "5", "1", "3", "6", "2")).toEqual(["2", "1", "3"]);
  expect(await ratedHotels(rate, "40", "39", "41", "38", "42")).toEqual(["39", "42"]);
  expect(await ratedHotels(rate, "12", "33", "9", "9")).toEqual(["9", "33", "12"]);
  expect(await ratedHotels(rate)).toEqual([]);
});

inBothWorlds("answers from the cache are those of the database", async (start) => {
  const mongo = await seededMongo();
  const cache = createMemoryCache();
  const rate = await start(Rate, createRate(mongo, cache));
  const first = await rate.getRates({ hotelIds: ["9", "1", "4"], ...dates }, testCall());
  await expect.poll(async () => (await cached(cache, "1", "4", "9")).size).toBe(3);
  await mongo.collection("inventory").deleteMany({}, testCall());

  expect(await rate.getRates({ hotelIds: ["9", "1", "4"], ...dates }, testCall())).toEqual(first);
});

function cached(cache: Cache, ...keys: string[]) {
  return cache.getMany(keys, testCall());
}

inBothWorlds("plans are cached in the original's spelling, no plan as nothing", async (start) => {
  const cache = createMemoryCache();
  const rate = await start(Rate, createRate(await seededMongo(), cache));

  await ratedHotels(rate, "9", "4");

  await expect.poll(async () => (await cached(cache, "9", "4")).size).toBe(2);
  const entries = await cached(cache, "9", "4");
  expect(entries.get("9")?.toString()).toBe(cachedByA);
  expect(entries.get("4")?.toString()).toBe("");
});

inBothWorlds("entries of either original are read", async (start) => {
  const cache = createMemoryCache();
  const rate = await start(Rate, createRate(createMemoryMongo(), cache));

  for (const entry of [cachedByA, cachedByU, `\n${cachedByU}`]) {
    await cache.set("9", entry, testCall());
    const answer = await rate.getRates({ hotelIds: ["9"], ...dates }, testCall());
    expect(answer.ratePlans).toEqual([planOfHotel9]);
  }
});

inBothWorlds("an entry that nobody can read is a miss", async (start) => {
  const cache = createMemoryCache();
  const rate = await start(Rate, createRate(await seededMongo(), cache));

  for (const entry of ["{", "null\n", "7", "{}\n", `${cachedByU}{"hotelId":`, '{"hotelId":"1"}']) {
    await cache.set("9", entry, testCall());
    const answer = await rate.getRates({ hotelIds: ["9"], ...dates }, testCall());
    expect(answer.ratePlans).toEqual([planOfHotel9]);
  }
});

inBothWorlds("a plan without a room type counts as free of charge", async (start) => {
  const at = { code: "RACK", inDate: "2015-04-09", outDate: "2015-04-10" };
  const mongo = await mongoWith(
    { hotelId: "1", ...at },
    { hotelId: "2", ...at, roomType: { totalRate: 5 } },
    { hotelId: "2", ...at, roomType: { totalRate: 7 } },
  );
  const rate = await start(Rate, createRate(mongo, createMemoryCache()));

  expect(await ratedHotels(rate, "1", "2")).toEqual(["2", "2", "1"]);
});

inBothWorlds(
  "a hotel id that memcached cannot take has no plan and asks no store",
  async (start) => {
    const asked: string[] = [];
    const mongo = await seededMongo();
    const collection: Mongo["collection"] = (name) => {
      asked.push(name);
      return { ...mongo.collection(name), find: () => Promise.reject(new Error("asked")) };
    };
    const rate = await start(Rate, createRate({ ...mongo, collection }, createMemoryCache()));

    expect(await ratedHotels(rate, "", "a b", "\n", "\u007f", "x".repeat(251))).toEqual([]);
  },
);

inBothWorlds("without the cache the database answers", async (start) => {
  const dead = () => Promise.reject(unavailable("memcached-rate does not answer"));
  const cache = { ...createMemoryCache(), getMany: dead, get: dead, set: dead, add: dead };
  const rate = await start(Rate, createRate(await seededMongo(), cache));

  expect(await ratedHotels(rate, "9", "4", "42")).toEqual(["9", "42"]);
});

inBothWorlds("without the database cached plans are given, others fail", async (start) => {
  const cache = createMemoryCache();
  await cache.set("9", cachedByA, testCall());
  const rate = await start(Rate, createRate(unreachable(await seededMongo()), cache));

  expect(await ratedHotels(rate, "9")).toEqual(["9"]);
  await expect(ratedHotels(rate, "9", "42")).rejects.toMatchObject({
    code: "unavailable",
    message: "mongodb-rate does not answer",
  });
});

test("seeding gives 27 plans, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();
  const plans = mongo.collection<StoredPlan>("inventory");

  await Promise.all([seedRate(mongo, testCall()), seedRate(mongo, testCall())]);
  await seedRate(mongo, testCall());

  expect(await plans.count({}, testCall())).toBe(27);
  const found = await plans.find({}, testCall());
  const hotelsByRate = Map.groupBy(found, (plan) => plan.roomType?.totalRateInclusive);
  expect(
    [...hotelsByRate].map(([rate, all]) => [rate, ...all.map((plan) => plan.hotelId)]),
  ).toEqual([
    [123.17, "1", "3", "15", "30", "45", "60", "75"],
    [153.09, "2"],
    [258, "9", "24", "39", "54", "69"],
    [144, "12", "27", "42", "57", "72"],
    [158, "18", "33", "48", "63", "78"],
    [140, "21", "36", "51", "66"],
  ]);
  expect(await plans.findOne({ hotelId: "12" }, testCall())).toMatchObject({
    outDate: "2015-04-17",
  });
  expect(await plans.findOne({ hotelId: "9" }, testCall())).toMatchObject({
    outDate: "2015-04-24",
  });
});
