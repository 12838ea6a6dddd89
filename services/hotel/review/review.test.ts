import { Review } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import { createReview, type StoredReview } from "./review.ts";
import { seedReview } from "./seed.ts";

async function seededMongo() {
  const mongo = createMemoryMongo();
  await seedReview(mongo, testCall());
  return mongo;
}

inBothWorlds("a hotel's reviews are all given, and name their hotel", async (start) => {
  const review = await start(Review, createReview(await seededMongo(), createMemoryCache()));

  const { reviews } = await review.getReviews({ hotelId: "1" }, testCall());

  expect(
    reviews.map(({ reviewId, hotelId, name, rating }) => [reviewId, hotelId, name, rating]),
  ).toEqual([
    ["1", "1", "Person 1", Math.fround(3.4)],
    ["2", "1", "Person 2", Math.fround(4.4)],
    ["3", "1", "Person 3", Math.fround(4.2)],
    ["4", "1", "Person 4", Math.fround(3.9)],
  ]);
  expect(reviews[0]?.images).toEqual({ url: "some url", default: false });
  expect((await review.getReviews({ hotelId: "2" }, testCall())).reviews).toHaveLength(2);
});

inBothWorlds("a hotel that does not or cannot exist has no reviews", async (start) => {
  const review = await start(Review, createReview(await seededMongo(), createMemoryCache()));

  for (const hotelId of ["3", "x", "", "a b", "\u007f", "x".repeat(251)]) {
    expect(await review.getReviews({ hotelId }, testCall())).toEqual({ reviews: [] });
  }
});

inBothWorlds("cached reviews are given as the database gives them", async (start) => {
  const mongo = await seededMongo();
  const cache = createMemoryCache();
  const review = await start(Review, createReview(mongo, cache));
  const fromDatabase = await review.getReviews({ hotelId: "1" }, testCall());
  await expect.poll(() => cache.get("1", testCall())).toBeDefined();
  await mongo.collection("reviews").deleteMany({}, testCall());

  expect(await review.getReviews({ hotelId: "1" }, testCall())).toEqual(fromDatabase);
});

inBothWorlds("reviews are cached in the original's spelling", async (start) => {
  const mongo = createMemoryMongo();
  const document = {
    ...{ reviewId: "1", hotelId: "1", name: "A", rating: Math.fround(3.4), description: "d" },
    images: { url: "u", default: false },
  };
  await mongo.collection<StoredReview>("reviews").insertMany([document], testCall());
  const cache = createMemoryCache();
  const review = await start(Review, createReview(mongo, cache));

  await review.getReviews({ hotelId: "1" }, testCall());
  await review.getReviews({ hotelId: "2" }, testCall());

  const text = async (key: string) => (await cache.get(key, testCall()))?.toString();
  await expect
    .poll(() => text("1"))
    .toBe('[{"reviewId":"1","name":"A","rating":3.4,"description":"d","images":{"url":"u"}}]');
  await expect.poll(() => text("2")).toBe("[]");
});

inBothWorlds("an entry that nobody can read is a miss", async (start) => {
  const cache = createMemoryCache();
  const review = await start(Review, createReview(await seededMongo(), cache));

  for (const entry of ["{", "null", "{}", "[null]", '[{"name":"x"}]', "7"]) {
    await cache.set("2", entry, testCall());
    expect((await review.getReviews({ hotelId: "2" }, testCall())).reviews).toHaveLength(2);
  }
});

inBothWorlds("without the cache the database answers", async (start) => {
  const dead = () => Promise.reject(unavailable("memcached-review does not answer"));
  const cache = { ...createMemoryCache(), getMany: dead, get: dead, set: dead, add: dead };
  const review = await start(Review, createReview(await seededMongo(), cache));

  expect((await review.getReviews({ hotelId: "1" }, testCall())).reviews).toHaveLength(4);
});

test("seeding gives six reviews, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();

  await Promise.all([seedReview(mongo, testCall()), seedReview(mongo, testCall())]);
  await seedReview(mongo, testCall());

  expect(await mongo.collection("reviews").count({}, testCall())).toBe(6);
});
