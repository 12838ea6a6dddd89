import { testCall } from "@faultline/rpc/test-call";
import { expect, test } from "vitest";
import { databases, night, openNights, openTimelines } from "./testing/mongo-databases.ts";

test.for(databases)(
  "$name upserts under a unique index: of two conditional pushes for one user, one is a duplicate",
  async ({ open }) => {
    const timelines = await openTimelines(open);
    await timelines.ensureIndex({ user_id: 1 }, testCall(), { unique: true });
    const push = (post_id: bigint) =>
      timelines.updateOne(
        { user_id: 5n, "posts.post_id": { $ne: post_id } },
        { $push: { posts: { $each: [{ post_id, timestamp: 1n }], $sort: { timestamp: -1 } } } },
        testCall(),
        { upsert: true },
      );

    expect(await push(9n)).toEqual({ matched: 0, upserted: true });
    await expect(push(9n)).rejects.toMatchObject({ code: "alreadyExists" });
    expect(await push(8n)).toEqual({ matched: 1, upserted: false });
  },
);

test.for(databases)("$name keeps a unique index over some documents only", async ({ open }) => {
  const nights = await openNights(open);
  await nights.ensureIndex({ pending: 1 }, testCall(), { unique: true, sparse: true });
  await nights.ensureIndex({ hotelId: 1 }, testCall(), {
    unique: true,
    partialFilterExpression: { total: { $gte: 5 } },
  });

  await nights.insertMany([night("1", 1), night("1", 2), night("1", 5)], testCall());
  await nights.insertMany([{ ...night("2", 1), pending: ["a"] }], testCall());

  const again = { ...night("3", 1), pending: ["a"] };
  await expect(nights.insertMany([again], testCall())).rejects.toMatchObject({
    code: "alreadyExists",
  });
  const raise = nights.updateOne({ total: 2 }, { $inc: { total: 7 } }, testCall());
  await expect(raise).rejects.toMatchObject({ code: "alreadyExists" });
  expect(await nights.count({}, testCall())).toBe(4);
});

test.for(databases)("$name refuses a second document with the same _id", async ({ open }) => {
  const nights = await openNights(open, [{ _id: "4", hotelId: "4", total: 1 }]);
  const again = { _id: "4", hotelId: "5", total: 1 };

  await expect(nights.insertMany([again], testCall())).rejects.toMatchObject({
    name: "ServiceError",
    code: "alreadyExists",
  });
});

test.for(databases)("$name keeps a unique index", async ({ open }) => {
  const nights = await openNights(open, [night("1", 1), night("2", 1)]);
  await nights.ensureIndex({ hotelId: 1 }, testCall(), { unique: true });
  await nights.ensureIndex({ hotelId: 1 }, testCall(), { unique: true });

  await expect(nights.insertMany([night("1", 2)], testCall())).rejects.toMatchObject({
    code: "alreadyExists",
  });
  const rename = nights.updateOne({ hotelId: "2" }, { $set: { hotelId: "1" } }, testCall());
  await expect(rename).rejects.toMatchObject({ code: "alreadyExists" });
  expect(await nights.count({ hotelId: "1" }, testCall())).toBe(1);
});

test.for(databases)(
  "$name accepts an index that is there otherwise, and old duplicates",
  async ({ open }) => {
    const nights = await openNights(open, [night("1", 1), night("1", 1)]);

    const ensure = (field: string, unique: boolean) =>
      nights.ensureIndex({ [field]: 1 }, testCall(), { unique });
    expect(await ensure("hotelId", true)).toBe(false);
    expect(await ensure("total", false)).toBe(true);
    expect(await ensure("total", false)).toBe(true);
    expect(await ensure("total", true)).toBe(false);

    await nights.insertMany([night("1", 1)], testCall());
    expect(await nights.count({ hotelId: "1" }, testCall())).toBe(3);
  },
);
