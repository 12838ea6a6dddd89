import { Int32, Long, ObjectId } from "mongodb";
import { expect, test } from "vitest";
import { serverError, useTarget } from "./target.ts";

const target = useTarget();

test("a second document with the same _id is refused, the others of an ordered batch too", async () => {
  const collection = await target.collection([{ _id: 1 as never }]);
  const documents = [2, 1, 3].map((_id) => ({ _id: _id as never }));
  const error = await serverError(collection.insertMany(documents));
  expect(error.code).toBe(11000);
  expect(error.message).toContain(
    `E11000 duplicate key error collection: ${collection.namespace} index: _id_ dup key: { _id: 1 }`,
  );
  expect(await collection.countDocuments()).toBe(2);
});

test("an unordered batch goes on after an error", async () => {
  const collection = await target.collection([{ _id: 1 as never }]);
  const documents = [2, 1, 3].map((_id) => ({ _id: _id as never }));
  const error = await serverError(collection.insertMany(documents, { ordered: false }));
  expect(error.code).toBe(11000);
  expect(await collection.countDocuments()).toBe(3);
});

test("_id comes first, and is made by the server if the client sends none", async () => {
  const collection = await target.collection();
  const insert = { insert: collection.collectionName, documents: [{ a: 1 }, { b: 2, _id: 7 }] };
  await target.db().command(insert);
  const [first, second] = await collection.find().toArray();
  expect(first?._id).toBeInstanceOf(ObjectId);
  expect(Object.keys(second ?? {})).toEqual(["_id", "b"]);
});

test("an _id that is an array is refused", async () => {
  const collection = await target.collection();
  const error = await serverError(collection.insertOne({ _id: [1] as never }));
  expect(error.code).toBe(53);
});

test("a document above 16 MB is refused", async () => {
  const collection = await target.collection();
  const insert = collection.insertOne({ v: "x".repeat(16 * 1024 * 1024) });
  await expect(insert).rejects.toThrow();
  expect(await collection.countDocuments()).toBe(0);
});

test("update operators change what they name and nothing else", async () => {
  const collection = await target.collection([
    { _id: 1 as never, n: 5, s: "x", gone: 1, old: 2, l: [1, 2, 3], d: { a: 1 } },
  ]);
  const result = await collection.updateOne({ _id: 1 as never }, {
    $set: { s: "y", "d.b": 2 },
    $unset: { gone: "" },
    $inc: { n: 2, fresh: 1 },
    $rename: { old: "new" },
    $push: { l: { $each: [9, 8], $position: 0, $slice: 4 } },
  } as never);
  expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
  expect(await collection.findOne()).toEqual({
    _id: 1,
    n: 7,
    s: "y",
    l: [9, 8, 1, 2],
    d: { a: 1, b: 2 },
    fresh: 1,
    new: 2,
  });
});

test("numbers: $mul, $min, $max and $bit", async () => {
  const collection = await target.collection([{ _id: 1 as never, a: 3, b: 10, c: 10, d: 13 }]);
  await collection.updateOne(
    {},
    {
      $mul: { a: 4, none: 2 },
      $min: { b: 5 },
      $max: { c: 5 },
      $bit: { d: { and: new Int32(10) } },
    },
  );
  expect(await collection.findOne()).toEqual({ _id: 1, a: 12, b: 5, c: 10, d: 8, none: 0 });
});

test("an int that overflows becomes a long, a long stays one", async () => {
  const collection = await target.collection([
    { _id: 1 as never, i: new Int32(2_147_483_647), l: Long.fromNumber(1) },
  ]);
  await collection.updateOne({}, { $inc: { i: 1, l: 1 } });
  const types = { i: { $type: "long" }, l: { $type: "long" } };
  expect(await collection.countDocuments(types)).toBe(1);
});

test("arrays: $addToSet, $pull, $pullAll and $pop", async () => {
  const collection = await target.collection([
    {
      _id: 1 as never,
      set: [1],
      pull: [1, 5, 9, 5],
      all: [1, 2, 3],
      pop: [1, 2, 3],
      docs: [{ a: 1 }, { a: 2, b: 1 }],
    },
  ]);
  await collection.updateOne({}, {
    $addToSet: { set: { $each: [1, 2, 2] } },
    $pull: { pull: { $gte: 5, $lt: 9 }, docs: { a: 2 } },
    $pullAll: { all: [1, 3] },
    $pop: { pop: -1 },
  } as never);
  expect(await collection.findOne()).toEqual({
    _id: 1,
    set: [1, 2],
    pull: [1, 9],
    all: [2],
    pop: [2, 3],
    docs: [{ a: 1 }],
  });
});

test("$push sorts what it keeps", async () => {
  const collection = await target.collection([{ _id: 1 as never, l: [{ s: 5 }, { s: 1 }] }]);
  const push = { l: { $each: [{ s: 3 }], $sort: { s: -1 }, $slice: 2 } };
  await collection.updateOne({}, { $push: push } as never);
  expect(await collection.findOne()).toEqual({ _id: 1, l: [{ s: 5 }, { s: 3 }] });
});

test("$push sorts by several fields, longs exactly, and among numbers of other types", async () => {
  const beyond = 2n ** 53n;
  const post = (id: unknown, t: unknown) => ({ id, t });
  const collection = await target.collection([
    { _id: 1 as never, l: [post(Long.fromBigInt(beyond), Long.fromInt(7))] },
  ]);
  const push = async (id: unknown, t: unknown) => {
    const l = { $each: [post(id, t)], $sort: { t: -1, id: -1 } };
    await collection.updateOne({}, { $push: { l } } as never);
  };
  const ids = async () => {
    const [found] = await collection.find({}, { useBigInt64: true }).toArray();
    return (found as unknown as { l: { id: unknown }[] }).l.map(({ id }) => id);
  };

  await push(Long.fromBigInt(beyond + 1n), Long.fromInt(7));
  await push(Long.fromInt(-5), Long.fromInt(-7));
  await push(Long.fromInt(3), Long.fromInt(9));
  expect(await ids()).toEqual([3n, beyond + 1n, beyond, -5n]);

  await push(new Int32(4), 8.5);
  await push("text", new Int32(7));
  expect(await ids()).toEqual([3n, 4, "text", beyond + 1n, beyond, -5n]);
});

test("positional operators: the matched item, all items, and those an array filter names", async () => {
  const collection = await target.collection([
    {
      _id: 1 as never,
      l: [
        { k: 1, v: 0 },
        { k: 2, v: 0 },
        { k: 3, v: 0 },
      ],
    },
  ]);
  await collection.updateOne({ "l.k": 2 }, { $set: { "l.$.v": 5 } });
  await collection.updateOne({}, { $inc: { "l.$[].v": 1 } });
  await collection.updateOne(
    {},
    { $set: { "l.$[big].v": 9 } },
    { arrayFilters: [{ "big.k": { $gte: 3 } }] },
  );
  expect((await collection.findOne())?.l).toEqual([
    { k: 1, v: 1 },
    { k: 2, v: 6 },
    { k: 3, v: 9 },
  ]);
});

test("an update that changes nothing is matched but not modified", async () => {
  const collection = await target.collection([{ _id: 1 as never, a: 1 }]);
  const result = await collection.updateOne({}, { $set: { a: 1 } });
  expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
});

test("updateMany changes each document once", async () => {
  const collection = await target.collection(Array.from({ length: 50 }, (_, n) => ({ n })));
  await collection.createIndex({ n: 1 });
  const result = await collection.updateMany({ n: { $gte: 0 } }, { $inc: { n: 100 } });
  expect(result.modifiedCount).toBe(50);
  expect(await collection.countDocuments({ n: { $gte: 100, $lt: 150 } })).toBe(50);
});

test("an upsert begins with what the filter says", async () => {
  const collection = await target.collection();
  const result = await collection.updateOne(
    { key: "k", "d.e": 1, n: { $gt: 5 } },
    { $set: { v: 1 }, $setOnInsert: { first: true } },
    { upsert: true },
  );
  expect(result.upsertedCount).toBe(1);
  expect(await collection.findOne()).toEqual({
    _id: result.upsertedId,
    key: "k",
    d: { e: 1 },
    v: 1,
    first: true,
  });
});

test("a replacement keeps the _id and may not change it", async () => {
  const collection = await target.collection([{ _id: 1 as never, a: 1 }]);
  await collection.replaceOne({ a: 1 }, { b: 2 });
  expect(await collection.findOne()).toEqual({ _id: 1, b: 2 });
  const changed = collection.replaceOne({ b: 2 }, { _id: 2 as never, b: 2 });
  expect((await serverError(changed)).code).toBe(66);
});

test("a pipeline may compute an update", async () => {
  const collection = await target.collection([{ _id: 1 as never, a: 2, b: 3 }]);
  await collection.updateOne({}, [{ $set: { sum: { $add: ["$a", "$b"] } } }, { $unset: "a" }]);
  expect(await collection.findOne()).toEqual({ _id: 1, b: 3, sum: 5 });
});

test("wrong updates are refused with MongoDB's codes", async () => {
  const collection = await target.collection([{ _id: 1 as never, s: "x", l: [1], d: { a: 1 } }]);
  const code = async (update: object) =>
    (await serverError(collection.updateOne({}, update as never))).code;
  expect(await code({ $foo: { a: 1 } })).toBe(9);
  expect(await code({ $set: { a: 1 }, $inc: { a: 1 } })).toBe(40);
  expect(await code({ $set: { d: 1, "d.a": 2 } })).toBe(40);
  expect(await code({ $inc: { s: 1 } })).toBe(14);
  expect(await code({ $inc: { n: "x" } })).toBe(14);
  expect(await code({ $set: { _id: 2 } })).toBe(66);
  expect(await code({ $set: { "s.a": 1 } })).toBe(28);
  expect(await code({ $push: { s: 1 } })).toBe(2);
  expect(await code({ $set: { "": 1 } })).toBe(56);
  expect(await code({ $set: { "l.$[x]": 1 } })).toBe(2);
  expect(await code({ $rename: { a: 5 } })).toBe(2);
});

test("findOneAndUpdate gives the document before, or after", async () => {
  const collection = await target.collection([
    { _id: 1 as never, v: 1 },
    { _id: 2 as never, v: 2 },
  ]);
  const before = await collection.findOneAndUpdate({}, { $inc: { v: 10 } }, { sort: { v: -1 } });
  expect(before).toEqual({ _id: 2, v: 2 });
  const after = await collection.findOneAndUpdate(
    { _id: 2 as never },
    { $inc: { v: 1 } },
    {
      returnDocument: "after",
      projection: { _id: 0 },
    },
  );
  expect(after).toEqual({ v: 13 });
  expect(await collection.findOneAndUpdate({ _id: 9 as never }, { $inc: { v: 1 } })).toBeNull();
});

test("findOneAndUpdate can insert, findOneAndDelete removes one", async () => {
  const collection = await target.collection();
  const made = await collection.findOneAndUpdate(
    { k: 1 },
    { $set: { v: 1 } },
    { upsert: true, returnDocument: "after", projection: { _id: 0 } },
  );
  expect(made).toEqual({ k: 1, v: 1 });
  expect(await collection.findOneAndDelete({ k: 1 }, { projection: { _id: 0 } })).toEqual({
    k: 1,
    v: 1,
  });
  expect(await collection.countDocuments()).toBe(0);
});

test("deleteOne removes one, deleteMany all that match", async () => {
  const collection = await target.collection(Array.from({ length: 10 }, (_, n) => ({ n })));
  expect((await collection.deleteOne({ n: { $gt: 3 } })).deletedCount).toBe(1);
  expect((await collection.deleteMany({ n: { $gt: 3 } })).deletedCount).toBe(5);
  expect((await collection.deleteMany({})).deletedCount).toBe(4);
});

test("bulkWrite does everything in order and counts it", async () => {
  const collection = await target.collection();
  const result = await collection.bulkWrite([
    { insertOne: { document: { _id: 1 as never, v: 1 } } },
    { updateOne: { filter: { _id: 1 as never }, update: { $set: { v: 2 } } } },
    { updateOne: { filter: { _id: 2 as never }, update: { $set: { v: 3 } }, upsert: true } },
    { deleteOne: { filter: { _id: 1 as never } } },
  ]);
  expect(result).toMatchObject({
    insertedCount: 1,
    modifiedCount: 1,
    upsertedCount: 1,
    deletedCount: 1,
  });
});

test("write concerns majority and journaled are acknowledged, more members than one refused", async () => {
  const collection = await target.collection();
  await collection.insertOne({ a: 1 }, { writeConcern: { w: "majority" } });
  await collection.insertOne({ a: 2 }, { writeConcern: { w: 1, journal: true } });
  expect(await collection.countDocuments()).toBe(2);
});

test("an unacknowledged write is done all the same", async () => {
  const collection = await target.collection();
  await collection.insertOne({ _id: 1 as never }, { writeConcern: { w: 0 } });
  await expect.poll(() => collection.countDocuments()).toBe(1);
});
