import { testCall } from "@faultline/rpc/test-call";
import { expect, onTestFinished, test } from "vitest";
import type { Mongo } from "./mongo.ts";
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

    await nights.ensureIndex({ hotelId: 1 }, testCall(), { unique: true });
    await nights.ensureIndex({ total: 1 }, testCall());
    await nights.ensureIndex({ total: 1 }, testCall(), { unique: true });

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
