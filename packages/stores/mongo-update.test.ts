import { testCall } from "@faultline/rpc/test-call";
import { expect, test } from "vitest";
import {
  beyond,
  databases,
  night,
  openNights,
  openTimelines,
  type Timeline,
} from "./testing/mongo-databases.ts";

test.for(databases)("$name updates one document, or inserts it when asked to", async ({ open }) => {
  const nights = await openNights(open, [night("1", 2)]);
  const upsert = { upsert: true, durable: true };

  expect(await nights.updateOne({ hotelId: "1" }, { $inc: { total: 1 } }, testCall())).toEqual({
    matched: 1,
    upserted: false,
  });
  expect(await nights.updateOne({ hotelId: "2" }, { $inc: { total: 1 } }, testCall())).toEqual({
    matched: 0,
    upserted: false,
  });
  const insert = { $inc: { total: 4 }, $setOnInsert: { _id: "n2" } };
  expect(await nights.updateOne({ hotelId: "2" }, insert, testCall(), upsert)).toEqual({
    matched: 0,
    upserted: true,
  });
  expect(await nights.updateOne({ hotelId: "2" }, insert, testCall(), upsert)).toEqual({
    matched: 1,
    upserted: false,
  });
  expect(await nights.findOne({ _id: "n2" }, testCall())).toEqual({
    _id: "n2",
    hotelId: "2",
    total: 8,
  });
});

test.for(databases)(
  "$name changes and answers a document only under the condition",
  async ({ open }) => {
    const nights = await openNights(open, [{ _id: "4_a", hotelId: "4", total: 8, pending: ["x"] }]);
    const take = (rooms: number) =>
      nights.findOneAndUpdate(
        { _id: "4_a", total: { $lte: 10 - rooms } },
        { $inc: { total: rooms }, $push: { pending: "y" } },
        testCall(),
        { durable: true },
      );

    expect(await take(2)).toEqual({ _id: "4_a", hotelId: "4", total: 10, pending: ["x", "y"] });
    expect(await take(1)).toBeNull();
  },
);

test.for(databases)(
  "$name sells the last rooms of a night once, whoever asks at once",
  async ({ open }) => {
    const nights = await openNights(open, [{ _id: "n", hotelId: "4", total: 0 }]);

    const sold = await Promise.all(
      Array.from({ length: 40 }, () =>
        nights.findOneAndUpdate(
          { _id: "n", total: { $lt: 25 } },
          { $inc: { total: 1 } },
          testCall({ withinMs: 20_000 }),
        ),
      ),
    );

    expect(sold.filter((one) => one !== null).length).toBe(25);
  },
);

test.for(databases)("$name changes all that match and says how many", async ({ open }) => {
  const nights = await openNights(open, [night("1", 2), night("1", 3), night("2", 9)]);

  const matched = await nights.updateMany({ hotelId: "1" }, { $unset: { total: "" } }, testCall(), {
    durable: true,
  });

  expect(matched).toBe(2);
  expect(await nights.count({ total: { $exists: true } }, testCall())).toBe(1);
});

test.for(databases)(
  "$name pushes to an array in order, once, and pulls what is old",
  async ({ open }) => {
    const timelines = await openTimelines(open);
    const push = (post: Timeline["posts"][number]) =>
      timelines.updateOne(
        { user_id: -1n, "posts.post_id": { $ne: post.post_id } },
        { $push: { posts: { $each: [post], $sort: { timestamp: -1, post_id: -1 } } } },
        testCall(),
        { durable: true },
      );

    expect(await push({ post_id: beyond + 2n, timestamp: 20n })).toMatchObject({ matched: 1 });
    expect(await push({ post_id: beyond + 2n, timestamp: 20n })).toMatchObject({ matched: 0 });
    expect(await push({ post_id: 1n, timestamp: 99n })).toMatchObject({ matched: 1 });

    const old = {
      $or: [{ timestamp: { $lt: 20n } }, { timestamp: 20n, post_id: { $lte: beyond } }],
    };
    await timelines.updateOne({ user_id: -1n }, { $pull: { posts: old } }, testCall());

    const found = await timelines.findOne({ user_id: -1n }, testCall());
    const ids = found?.posts.map((post) => post.post_id);
    expect(ids).toEqual([1n, 7n, beyond + 2n, beyond + 1n]);
  },
);
