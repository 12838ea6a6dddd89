import { testCall } from "@faultline/rpc/test-call";
import { expect, onTestFinished, test } from "vitest";
import type { FindOptions, Mongo } from "./mongo.ts";
import { connectMongo } from "./mongo-client.ts";
import { createMemoryMongo } from "./mongo-memory.ts";
import type { Observation } from "./observation.ts";
import { mongoForFile } from "./testing/mongod-server.ts";
import { seeCalls } from "./testing/seen-calls.ts";

interface Night {
  readonly _id?: string;
  readonly hotelId: string;
  readonly total: number;
  readonly pending?: readonly string[];
}

interface Timeline {
  readonly user_id: bigint;
  readonly posts: readonly { readonly post_id: bigint; readonly timestamp: bigint }[];
}

const serverUrl = mongoForFile();

/** What the client with a real server and its in-memory twin both keep. */
const databases = [
  {
    name: "MongoDB",
    async open(observation: Partial<Observation> = {}): Promise<Mongo> {
      const database = `stores-${crypto.randomUUID()}`;
      const mongo = connectMongo({
        service: "rate",
        peer: "mongodb-rate",
        url: serverUrl(),
        database,
        bigints: true,
        ...observation,
      });
      onTestFinished(() => mongo.close());
      return mongo;
    },
  },
  {
    name: "the in-memory database",
    async open(observation: Partial<Observation> = {}): Promise<Mongo> {
      return createMemoryMongo({ service: "rate", peer: "mongodb-rate", ...observation });
    },
  },
];

const night = (hotelId: string, total: number): Night => ({ hotelId, total });

async function openNights(open: (typeof databases)[number]["open"], nights: Night[] = []) {
  const mongo = await open();
  const collection = mongo.collection<Night>("night");
  await collection.insertMany(nights, testCall());
  return collection;
}

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

const beyond = 2n ** 53n;

/** Three posts, of which two are of the same instant and have ids that a double cannot tell apart. */
const timeline: Timeline = {
  user_id: -1n,
  posts: [
    { post_id: 7n, timestamp: 30n },
    { post_id: beyond + 1n, timestamp: 20n },
    { post_id: beyond, timestamp: 20n },
  ],
};

async function openTimelines(open: (typeof databases)[number]["open"]) {
  const mongo = await open();
  const timelines = mongo.collection<Timeline>("timeline");
  await timelines.insertMany([timeline, { user_id: 2n, posts: [] }], testCall());
  return timelines;
}

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

test.for(databases)("$name deletes what matches and says how many", async ({ open }) => {
  const nights = await openNights(open, [night("1", 2), night("1", 3), night("2", 9)]);

  expect(await nights.deleteMany({ hotelId: "1" }, testCall())).toBe(2);
  expect(await nights.count({}, testCall())).toBe(1);
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
