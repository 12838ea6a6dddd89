import { Long } from "mongodb";
import { expect, test } from "vitest";
import { serverError, useTarget } from "./target.ts";

const target = useTarget();
const numbered = (count: number) =>
  Array.from({ length: count }, (_, _id) => ({ _id, v: "x".repeat(100) }));

test("a full read in batches gives every document once", async () => {
  const collection = await target.collection(numbered(1_234));
  const read = await collection.find({}, { batchSize: 100 }).toArray();
  expect(read.map(({ _id }) => _id)).toEqual(numbered(1_234).map(({ _id }) => _id));
});

test("documents written or removed during a read do not disturb the others", async () => {
  const collection = await target.collection(numbered(300));
  const seen: unknown[] = [];
  for await (const { _id } of collection.find({}, { batchSize: 50 })) {
    seen.push(_id);
    if (seen.length === 50) await collection.deleteMany({ _id: { $gte: 290 as never } });
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThanOrEqual(290);
});

test("a read through an index that is dropped between two batches fails, and does not just end", async () => {
  const collection = await target.collection(numbered(2_000));
  await collection.createIndex({ v: 1 }, { name: "read" });
  const cursor = collection.find({ v: { $gte: "" } }, { batchSize: 50 });
  await cursor.next();
  await collection.dropIndex("read");

  expect((await serverError(cursor.toArray())).code).toBe(175);
});

test("the first batch has as many documents as asked for, and none if that is zero", async () => {
  const collection = await target.collection(numbered(10));
  const find = (batchSize: number) =>
    target.db().command({ find: collection.collectionName, batchSize });
  const { cursor } = await find(3);
  expect(cursor.firstBatch).toHaveLength(3);
  expect(cursor.ns).toBe(collection.namespace);
  const empty = await find(0);
  expect(empty.cursor.firstBatch).toEqual([]);
  expect(Long.fromValue(empty.cursor.id).isZero()).toBe(false);
  const name = collection.collectionName;
  await target.db().command({ killCursors: name, cursors: [cursor.id, empty.cursor.id] });
});

test("a single batch or a limit leaves no cursor open", async () => {
  const collection = await target.collection(numbered(10));
  const find = { find: collection.collectionName, batchSize: 2 };
  const single = await target.db().command({ ...find, singleBatch: true });
  expect(Long.fromValue(single.cursor.id).isZero()).toBe(true);
  const limited = await target.db().command({ ...find, limit: 2 });
  expect(Long.fromValue(limited.cursor.id).isZero()).toBe(true);
});

test("a cursor that is not there answers CursorNotFound", async () => {
  const collection = await target.collection([{ a: 1 }]);
  const getMore = target
    .db()
    .command({ getMore: Long.fromNumber(12_345), collection: collection.collectionName });
  expect(await serverError(getMore)).toMatchObject({ code: 43, codeName: "CursorNotFound" });
});

test("killCursors tells which cursors it closed and which it did not know", async () => {
  const collection = await target.collection(numbered(10));
  const { cursor } = await target.db().command({ find: collection.collectionName, batchSize: 1 });
  const cursors = [cursor.id, Long.fromNumber(77)];
  const killed = await target.db().command({ killCursors: collection.collectionName, cursors });
  expect(killed.cursorsKilled.map(String)).toEqual([String(cursor.id)]);
  expect(killed.cursorsNotFound.map(String)).toEqual(["77"]);
});

test("a tailable cursor is refused on a collection that is not capped", async () => {
  const collection = await target.collection([{ a: 1 }]);
  const error = await serverError(collection.find({}, { tailable: true }).toArray());
  expect(error.code).toBe(2);
});

test("batches stay below the size of a message", async () => {
  const large = Array.from({ length: 40 }, (_, _id) => ({ _id, v: "x".repeat(1_000_000) }));
  const collection = await target.collection(large);
  const read = await collection.find({}, { batchSize: 1_000 }).toArray();
  expect(read).toHaveLength(40);
});
