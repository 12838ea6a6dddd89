import type { Document } from "mongodb";
import { expect, test } from "vitest";
import { serverError, useTarget } from "./target.ts";

const target = useTarget();

function stagesOf(plan: Document): string[] {
  const inner: Document[] = plan.inputStage ? [plan.inputStage] : (plan.inputStages ?? []);
  return [plan.stage, ...inner.flatMap(stagesOf)];
}

async function stages(cursor: { explain(): Promise<Document> }): Promise<string[]> {
  return stagesOf((await cursor.explain()).queryPlanner.winningPlan);
}

test("a unique index refuses a second document with its key", async () => {
  const collection = await target.collection([{ a: 1, b: 1 }]);
  expect(await collection.createIndex({ a: 1, b: -1 }, { unique: true })).toBe("a_1_b_-1");
  await collection.insertOne({ a: 1, b: 2 });
  const error = await serverError(collection.insertOne({ a: 1, b: 1 }));
  expect(error).toMatchObject({
    code: 11000,
    keyPattern: { a: 1, b: -1 },
    keyValue: { a: 1, b: 1 },
  });
  expect(error.message).toContain("index: a_1_b_-1 dup key: { a: 1, b: 1 }");
});

test("a unique index counts missing as null; a sparse one leaves it out", async () => {
  const collection = await target.collection([{ other: 1 }]);
  await collection.createIndex({ a: 1 }, { unique: true });
  expect((await serverError(collection.insertOne({ other: 2 }))).code).toBe(11000);
  await collection.dropIndex("a_1");
  await collection.createIndex({ a: 1 }, { unique: true, sparse: true });
  await collection.insertOne({ other: 3 });
  expect(await collection.countDocuments()).toBe(2);
});

test("an index over documents that break it is not built", async () => {
  const collection = await target.collection([{ a: 1 }, { a: 1 }]);
  const error = await serverError(collection.createIndex({ a: 1 }, { unique: true }));
  expect(error.code).toBe(11000);
  expect(await collection.indexes()).toHaveLength(1);
});

test("a partial index holds and guards only what its filter lets in", async () => {
  const collection = await target.collection([
    { a: 1, live: true },
    { a: 1, live: false },
  ]);
  await collection.createIndex({ a: 1 }, { unique: true, partialFilterExpression: { live: true } });
  await collection.insertOne({ a: 1, live: false });
  expect((await serverError(collection.insertOne({ a: 1, live: true }))).code).toBe(11000);
  expect(await collection.countDocuments({ a: 1 })).toBe(3);
});

test("an index of those that have a field is used where others cannot match", async () => {
  const collection = await target.collection([{ a: [{ b: 5 }, { b: 6 }] }, { a: [] }, { a: null }]);
  const partialFilterExpression = { "a.b": { $exists: true } };
  await collection.createIndex({ "a.b": 1, c: -1 }, { partialFilterExpression });

  expect(await stages(collection.find({ "a.b": 5 }).sort({ c: -1 }))).toContain("IXSCAN");
  expect(await stages(collection.find({ "a.b": { $in: [5, 6] } }))).toContain("IXSCAN");
  expect(await stages(collection.find({ "a.b": { $in: [5, null] } }))).toContain("COLLSCAN");
  expect(await stages(collection.find({ "a.b": null }))).toContain("COLLSCAN");
  expect(await stages(collection.find({ "a.b": { $ne: 5 } }))).toContain("COLLSCAN");
  expect(await collection.find({ "a.b": 6 }).toArray()).toHaveLength(1);
});

test("point, range and sorted queries use the index, others scan", async () => {
  const collection = await target.collection(
    Array.from({ length: 200 }, (_, n) => ({ n, m: n % 7 })),
  );
  await collection.createIndex({ n: 1 });
  expect(await stages(collection.find({ n: 5 }))).toContain("IXSCAN");
  expect(await stages(collection.find({ n: { $gt: 5, $lt: 9 } }))).toContain("IXSCAN");
  expect(await stages(collection.find({ n: { $in: [1, 2] } }))).toContain("IXSCAN");
  expect(await stages(collection.find({ m: 5 }))).toContain("COLLSCAN");
  const sorted = await stages(collection.find().sort({ n: -1 }));
  expect(sorted).toContain("IXSCAN");
  expect(sorted).not.toContain("SORT");
  expect(await stages(collection.find().sort({ m: 1 }))).toContain("SORT");
});

test("a point query looks at one document only, however many there are", async () => {
  const collection = await target.collection(Array.from({ length: 500 }, (_, n) => ({ n })));
  await collection.createIndex({ n: 1 });
  const { executionStats } = await collection.find({ n: 250 }).explain("executionStats");
  expect(executionStats).toMatchObject({
    nReturned: 1,
    totalKeysExamined: 1,
    totalDocsExamined: 1,
  });
});

test("an index gives the same results as a scan", async () => {
  const values = [1, 2.5, -3, "a", "b", null, true, [1, 9], [], { x: 1 }, new Date(5)];
  const scalars = values.filter((value) => !Array.isArray(value));
  const documents = values.flatMap((a, i) => scalars.map((b, j) => ({ _id: i * 100 + j, a, b })));
  const collection = await target.collection(documents);
  const filters: Document[] = [
    { a: 1 },
    { a: { $gt: 0 } },
    { a: { $gte: 1, $lte: 5 }, b: "a" },
    { a: null },
    { a: { $in: [1, "b", null] }, b: { $gt: 0 } },
    { a: { $lt: "b" } },
    { a: [] },
    { a: { x: 1 } },
    { a: { $gt: new Date(0) } },
    { a: { $ne: 1 } },
  ];
  const read = () =>
    Promise.all(
      filters.map((filter) => collection.find(filter).sort({ a: 1, b: -1, _id: 1 }).toArray()),
    );
  const scanned = await read();
  await collection.createIndex({ a: 1, b: -1 });
  expect(await read()).toEqual(scanned);
});

test("a hint chooses the index, and one that does not exist is refused", async () => {
  const collection = await target.collection([{ a: 1, b: 1 }]);
  await collection.createIndex({ a: 1 });
  await collection.createIndex({ b: 1 });
  const { queryPlanner } = await collection.find({ a: 1 }).hint({ b: 1 }).explain();
  expect(JSON.stringify(queryPlanner.winningPlan)).toContain("b_1");
  expect(await stages(collection.find({ a: 1 }).hint({ $natural: 1 }))).toContain("COLLSCAN");
  expect((await serverError(collection.find({ a: 1 }).hint("nope").toArray())).code).toBe(2);
});

test("the same index again is fine, a different one of that name or key is not", async () => {
  const collection = await target.collection([{ a: 1 }]);
  await collection.createIndex({ a: 1 });
  await collection.createIndex({ a: 1 });
  expect(await collection.indexes()).toHaveLength(2);
  expect((await serverError(collection.createIndex({ a: 1 }, { name: "other" }))).code).toBe(85);
  expect((await serverError(collection.createIndex({ b: 1 }, { name: "a_1" }))).code).toBe(86);
});

test("two arrays cannot be in one index", async () => {
  const collection = await target.collection();
  await collection.createIndex({ a: 1, b: 1 });
  const error = await serverError(collection.insertOne({ a: [1], b: [2] }));
  expect(error.code).toBe(171);
});

test("indexes are listed and dropped", async () => {
  const collection = await target.collection([{ a: 1 }]);
  await collection.createIndex({ a: 1 }, { expireAfterSeconds: 60 });
  await collection.createIndex({ b: 1 });
  expect(await collection.indexes()).toEqual([
    { v: 2, key: { _id: 1 }, name: "_id_" },
    { v: 2, key: { a: 1 }, name: "a_1", expireAfterSeconds: 60 },
    { v: 2, key: { b: 1 }, name: "b_1" },
  ]);
  await collection.dropIndex("b_1");
  expect((await serverError(collection.dropIndex("b_1"))).code).toBe(27);
  expect((await serverError(collection.dropIndex("_id_"))).code).toBe(72);
  await collection.dropIndexes();
  expect(await collection.indexes()).toHaveLength(1);
});

test("a nested array of documents is found by any of its items", async () => {
  const collection = await target.collection([
    { _id: 1 as never, l: [{ k: 1 }, { k: 2 }] },
    { _id: 2 as never, l: [{ k: 2 }, { k: 3 }] },
  ]);
  await collection.createIndex({ "l.k": 1 });
  const found = await collection.find({ "l.k": 2 }).toArray();
  expect(found.map(({ _id }) => _id)).toEqual([1, 2]);
  expect(await collection.find({ "l.k": { $gt: 1 } }).toArray()).toHaveLength(2);
});

test("a partial index whose filter is more than comparisons is refused", async () => {
  const collection = await target.collection();
  const partialFilterExpression = { $expr: { $eq: ["$a", 1] } };
  const error = await serverError(collection.createIndex({ a: 1 }, { partialFilterExpression }));
  expect(error.code).toBe(67);
});
