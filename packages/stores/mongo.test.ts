import { testCall } from "@faultline/rpc/test-call";
import { expect, test } from "vitest";
import type { FindOptions } from "./mongo.ts";
import {
  beyond,
  databases,
  type Night,
  night,
  openNights,
  openTimelines,
  timeline,
} from "./testing/mongo-databases.ts";
import { seeCalls } from "./testing/seen-calls.ts";

test.for(databases)(
  "$name finds what was inserted, sorted, limited and projected",
  async ({ open }) => {
    const nights = await openNights(open, [night("2", 5), night("1", 7), night("3", 5)]);
    const sort = { total: -1, hotelId: 1 } as const;

    const found = await nights.find({ total: { $gte: 5 } }, testCall(), {
      sort,
      limit: 2,
      projection: { _id: 0, hotelId: 1 },
    });

    expect(found).toEqual([{ hotelId: "1" }, { hotelId: "2" }]);
    expect(await nights.findOne({ hotelId: "3" }, testCall())).toMatchObject({ total: 5 });
    expect(await nights.findOne({ hotelId: "4" }, testCall())).toBeNull();
    expect(await nights.count({ total: 5 }, testCall())).toBe(2);
  },
);

test.for(databases)("$name leaves the caller's documents as they are", async ({ open }) => {
  const given = Object.freeze(night("1", 1));
  const nights = await openNights(open, [given]);

  const found = await nights.find({}, testCall());

  expect(given).toEqual({ hotelId: "1", total: 1 });
  expect(found[0]).toHaveProperty("_id");
  await nights.insertMany([], testCall());
});

test.for(databases)("$name adds up with a pipeline", async ({ open }) => {
  const nights = await openNights(open, [night("1", 2), night("1", 3), night("2", 9)]);

  const sums = await nights.aggregate<{ _id: string; sum: number }>(
    [
      { $match: { hotelId: { $in: ["1", "2"] } } },
      { $group: { _id: "$hotelId", sum: { $sum: "$total" } } },
      { $sort: { _id: 1 } },
    ],
    testCall(),
  );

  expect(sums).toEqual([
    { _id: "1", sum: 5 },
    { _id: "2", sum: 9 },
  ]);
});

test.for(databases)("$name keeps and compares int64s exactly", async ({ open }) => {
  const timelines = await openTimelines(open);
  const ids = async (filter: object) => {
    const found = await timelines.find(filter, testCall(), { sort: { user_id: 1 } });
    return found.map((one) => one.user_id);
  };

  expect(await timelines.findOne({ user_id: -1n }, testCall())).toMatchObject(timeline);
  expect(await ids({ user_id: { $in: [2n, -1n, 3n] } })).toEqual([-1n, 2n]);
  expect(await ids({ "posts.post_id": beyond + 1n })).toEqual([-1n]);
  expect(await ids({ "posts.post_id": { $ne: beyond + 1n } })).toEqual([2n]);
  expect(await ids({ "posts.post_id": beyond + 2n })).toEqual([]);
  expect(await ids({ user_id: { $gte: 0n } })).toEqual([2n]);
});

test.for(databases)("$name gives the asked part of an array", async ({ open }) => {
  const timelines = await openTimelines(open);
  const posts = async (projection: NonNullable<FindOptions["projection"]>) => {
    const found = await timelines.findOne({ user_id: -1n }, testCall(), { projection });
    return found?.posts.map((post) => post.post_id);
  };

  const projection = { _id: 0, posts: { $slice: 1 } } as const;
  expect(await timelines.findOne({ user_id: -1n }, testCall(), { projection })).toEqual({
    user_id: -1n,
    posts: [{ post_id: 7n, timestamp: 30n }],
  });
  expect(await posts({ user_id: 1, posts: { $slice: 1 } })).toEqual([7n]);
  expect(await posts({ posts: { $slice: 2 } })).toEqual([7n, beyond + 1n]);
  expect(await posts({ posts: { $slice: [1, 9] } })).toEqual([beyond + 1n, beyond]);
  expect(await posts({ posts: { $slice: -1 } })).toEqual([beyond]);
  expect(await posts({ posts: { $slice: [3, 9] } })).toEqual([]);
  expect(await posts({ posts: { $elemMatch: { timestamp: { $lt: 30n } } } })).toEqual([
    beyond + 1n,
  ]);
});

test.for(databases)("$name deletes what matches and says how many", async ({ open }) => {
  const nights = await openNights(open, [night("1", 2), night("1", 3), night("2", 9)]);

  expect(await nights.deleteMany({ hotelId: "1" }, testCall())).toBe(2);
  expect(await nights.count({}, testCall())).toBe(1);
});

test.for(databases)("$name does nothing for a call that is over", async ({ open }) => {
  const nights = await openNights(open, []);
  const canceled = testCall({ signal: AbortSignal.abort() });
  const late = testCall({ deadlineMs: Date.now() - 1 });

  await expect(nights.insertMany([night("1", 1)], canceled)).rejects.toMatchObject({
    code: "canceled",
  });
  await expect(nights.find({}, late)).rejects.toMatchObject({ code: "deadlineExceeded" });
  expect(await nights.count({}, testCall())).toBe(0);
});

test.for(databases)("$name shows every operation to the layers", async ({ open }) => {
  const { layer, calls } = seeCalls();
  const mongo = await open({ layers: [layer] });
  const nights = mongo.collection<Night>("night");

  await mongo.ping(testCall());
  await nights.ensureIndex({ hotelId: 1 }, testCall());
  await nights.insertMany([night("1", 1)], testCall());
  await nights.find({ hotelId: "1" }, testCall());
  await nights.findOne({ hotelId: "1" }, testCall());
  await nights.count({}, testCall());
  await nights.aggregate([{ $match: {} }], testCall());
  await nights.updateOne({}, { $inc: { total: 1 } }, testCall());
  await nights.updateMany({}, { $inc: { total: 1 } }, testCall());
  await nights.findOneAndUpdate({}, { $inc: { total: 1 } }, testCall());
  await nights.deleteMany({}, testCall());

  expect(calls.map((call) => call.name)).toEqual([
    "ping",
    "createIndexes night",
    "insert night",
    "find night",
    "find night",
    "count night",
    "aggregate night",
    "update night",
    "update night",
    "findAndModify night",
    "delete night",
  ]);
  expect(calls[3]).toMatchObject({
    kind: "client",
    system: "mongodb",
    service: "rate",
    peer: "mongodb-rate",
    request: { filter: { hotelId: "1" } },
    attributes: {
      "db.system.name": "mongodb",
      "db.namespace": expect.any(String),
      "db.collection.name": "night",
      "db.operation.name": "find",
    },
  });
});

test.for(databases)("$name does what a layer makes of the request", async ({ open }) => {
  const mongo = await open({
    layers: [
      (call, next) =>
        next(call.name === "find night" ? { ...call, request: { filter: { total: 1 } } } : call),
    ],
  });
  const nights = mongo.collection<Night>("night");
  await nights.insertMany([night("1", 1), night("2", 2)], testCall());

  expect(await nights.find({ total: 2 }, testCall())).toMatchObject([{ hotelId: "1" }]);
});

test.for(databases)("$name gives back bytes exactly as they were stored", async ({ open }) => {
  const files = (await open()).collection<{ filename: string; file?: unknown }>("file");
  const file = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256));
  const documents = [
    { filename: "a", file },
    { filename: "b", file: "text" },
    { filename: "c" },
    ...[true, null, 7].map((other) => ({ filename: String(other), file: other })),
  ];
  await files.insertMany(documents, testCall(), { durable: true });

  const bytesOf = (filename: string) => files.findBytes({ filename }, "file", testCall());

  expect(await bytesOf("a")).toEqual(file);
  expect(await bytesOf("b")).toEqual(Buffer.from("text"));
  for (const filename of ["c", "true", "null", "7", "nothing"])
    expect(await bytesOf(filename)).toBeNull();
});
