import { Binary, Decimal128, Long, ObjectId, Timestamp } from "mongodb";
import { expect, test } from "vitest";
import { serverError, useTarget } from "./target.ts";

const target = useTarget();
const ids = (documents: readonly { _id: unknown }[]) => documents.map(({ _id }) => _id);

const people = [
  { _id: 1, name: "Ada", age: 36, tags: ["math", "code"], home: { city: "London" } },
  { _id: 2, name: "Bob", age: 20, tags: [], home: { city: "Paris" } },
  { _id: 3, name: "Cyd", age: 54.5, tags: ["code"], home: null },
  { _id: 4, name: "Dan", tags: "code" },
];

test("documents come back as they were sent, whatever their types", async () => {
  const document = {
    _id: new ObjectId(),
    int: 1,
    double: 1.5,
    long: Long.fromString("9007199254740993"),
    decimal: Decimal128.fromString("1.10"),
    text: "ä\0b",
    bytes: new Binary(Buffer.from([1, 2, 3]), 0),
    when: new Date(0),
    stamp: new Timestamp({ t: 1, i: 2 }),
    nothing: null,
    pattern: /a.b/i,
    list: [1, [2, { three: 3 }]],
    inner: { "": 1, a: {} },
  };
  const collection = await target.collection([document]);
  expect(await collection.findOne({ _id: document._id })).toEqual(document);
});

test("comparisons see only values of their own type", async () => {
  const collection = await target.collection(people);
  expect(ids(await collection.find({ age: { $gt: 20 } }).toArray())).toEqual([1, 3]);
  expect(ids(await collection.find({ age: { $gte: 20, $lt: 50 } }).toArray())).toEqual([1, 2]);
  expect(ids(await collection.find({ age: { $lt: "z" } }).toArray())).toEqual([]);
  expect(ids(await collection.find({ age: { $ne: 36 } }).toArray())).toEqual([2, 3, 4]);
});

test("numbers of different types are equal if their values are", async () => {
  const collection = await target.collection([
    { _id: 1, v: 5 },
    { _id: 2, v: Long.fromNumber(5) },
    { _id: 3, v: Decimal128.fromString("5") },
  ]);
  expect(await collection.countDocuments({ v: 5 })).toBe(3);
});

test("null finds what is null and what is missing", async () => {
  const collection = await target.collection(people);
  expect(ids(await collection.find({ age: null }).toArray())).toEqual([4]);
  expect(ids(await collection.find({ home: null }).toArray())).toEqual([3, 4]);
  expect(ids(await collection.find({ "home.city": null }).toArray())).toEqual([3, 4]);
  expect(ids(await collection.find({ home: { $exists: true } }).toArray())).toEqual([1, 2, 3]);
});

test("a condition on an array holds if it holds for an item", async () => {
  const collection = await target.collection(people);
  expect(ids(await collection.find({ tags: "code" }).toArray())).toEqual([1, 3, 4]);
  expect(ids(await collection.find({ tags: ["math", "code"] }).toArray())).toEqual([1]);
  expect(ids(await collection.find({ tags: [] }).toArray())).toEqual([2]);
  expect(ids(await collection.find({ tags: { $size: 1 } }).toArray())).toEqual([3]);
  expect(ids(await collection.find({ tags: { $all: ["code", "math"] } }).toArray())).toEqual([1]);
  expect(ids(await collection.find({ tags: { $in: ["math", /^co/] } }).toArray())).toEqual([
    1, 3, 4,
  ]);
  expect(ids(await collection.find({ tags: { $nin: ["code"] } }).toArray())).toEqual([2]);
});

test("paths go into the items of arrays, by name and by position", async () => {
  const collection = await target.collection([
    { _id: 1, rooms: [{ bed: 1 }, { bed: 2, bath: true }] },
    { _id: 2, rooms: [{ bed: 3 }] },
    { _id: 3, rooms: [[{ bed: 1 }]] },
  ]);
  expect(ids(await collection.find({ "rooms.bed": 1 }).toArray())).toEqual([1]);
  expect(ids(await collection.find({ "rooms.0.bed": 3 }).toArray())).toEqual([2]);
  expect(ids(await collection.find({ "rooms.bath": { $exists: false } }).toArray())).toEqual([
    2, 3,
  ]);
  const both = { rooms: { $elemMatch: { bed: 2, bath: true } } };
  expect(ids(await collection.find(both).toArray())).toEqual([1]);
});

test("$elemMatch asks one item for everything, separate conditions may hold for two", async () => {
  const collection = await target.collection([
    { _id: 1, v: [1, 9] },
    { _id: 2, v: [5] },
  ]);
  expect(ids(await collection.find({ v: { $gt: 4, $lt: 6 } }).toArray())).toEqual([1, 2]);
  expect(ids(await collection.find({ v: { $elemMatch: { $gt: 4, $lt: 6 } } }).toArray())).toEqual([
    2,
  ]);
});

test("conditions are joined by $and, $or, $nor and $not", async () => {
  const collection = await target.collection(people);
  const either = { $or: [{ age: 20 }, { name: "Dan" }] };
  expect(ids(await collection.find(either).toArray())).toEqual([2, 4]);
  const neither = { $nor: [{ age: 20 }, { name: "Dan" }] };
  expect(ids(await collection.find(neither).toArray())).toEqual([1, 3]);
  expect(ids(await collection.find({ age: { $not: { $gt: 30 } } }).toArray())).toEqual([2, 4]);
  const all = { $and: [{ age: { $gt: 10 } }, { age: { $lt: 30 } }] };
  expect(ids(await collection.find(all).toArray())).toEqual([2]);
});

test("patterns, types, remainders and bits can be asked for", async () => {
  const collection = await target.collection(people);
  expect(ids(await collection.find({ name: /^a/i }).toArray())).toEqual([1]);
  const spelled = { name: { $regex: "B$|d$", $options: "i" } };
  expect(ids(await collection.find(spelled).toArray())).toEqual([2, 3]);
  expect(ids(await collection.find({ age: { $type: "double" } }).toArray())).toEqual([3]);
  expect(ids(await collection.find({ tags: { $type: "array" } }).toArray())).toEqual([1, 2, 3]);
  expect(ids(await collection.find({ age: { $mod: [10, 6] } }).toArray())).toEqual([1]);
  expect(ids(await collection.find({ age: { $bitsAllSet: 4 } }).toArray())).toEqual([1, 2]);
});

test("$expr compares fields of one document", async () => {
  const collection = await target.collection([
    { _id: 1, a: 2, b: 1 },
    { _id: 2, a: 1, b: 2 },
  ]);
  expect(ids(await collection.find({ $expr: { $gt: ["$a", "$b"] } }).toArray())).toEqual([1]);
});

test("embedded documents are equal only with the same fields in the same order", async () => {
  const collection = await target.collection([{ _id: 1, d: { a: 1, b: 2 } }]);
  expect(await collection.countDocuments({ d: { a: 1, b: 2 } })).toBe(1);
  expect(await collection.countDocuments({ d: { b: 2, a: 1 } })).toBe(0);
});

test("results are sorted across types, skipped and limited", async () => {
  const values = [{ b: 1 }, "text", 2, null, [0], true, new Date(0), new ObjectId()];
  const collection = await target.collection(values.map((v, _id) => ({ _id, v })));
  const sorted = await collection.find().sort({ v: 1 }).toArray();
  expect(ids(sorted)).toEqual([3, 4, 2, 1, 0, 7, 5, 6]);
  const page = await collection.find().sort({ _id: -1 }).skip(1).limit(2).toArray();
  expect(ids(page)).toEqual([6, 5]);
});

test("without a sort documents come in the order they were inserted", async () => {
  const collection = await target.collection(["z", "a", "m"].map((_id) => ({ _id: _id as never })));
  expect(ids(await collection.find().toArray())).toEqual(["z", "a", "m"]);
});

test("a projection keeps or leaves out fields, also inside arrays", async () => {
  const collection = await target.collection([
    { _id: 1, a: { b: 1, c: 2 }, l: [{ x: 1, y: 2 }, 3] },
  ]);
  const shown = async (projection: object) =>
    (await collection.find({}, { projection }).toArray())[0];
  expect(await shown({ "a.b": 1 })).toEqual({ _id: 1, a: { b: 1 } });
  expect(await shown({ _id: 0, "l.x": 1 })).toEqual({ l: [{ x: 1 }] });
  expect(await shown({ "l.x": 0, a: 0 })).toEqual({ _id: 1, l: [{ y: 2 }, 3] });
  expect(await shown({ _id: 1 })).toEqual({ _id: 1 });
  expect(await shown({ l: { $slice: -1 } })).toEqual({ _id: 1, a: { b: 1, c: 2 }, l: [3] });
  expect(await shown({ l: { $elemMatch: { x: 1 } } })).toEqual({ _id: 1, l: [{ x: 1, y: 2 }] });
  expect(await shown({ _id: 0, sum: { $add: ["$a.b", "$a.c"] } })).toEqual({ sum: 3 });
});

test("the positional projection gives the item that matched", async () => {
  const collection = await target.collection([{ _id: 1, l: [{ x: 1 }, { x: 2 }] }]);
  const found = await collection.findOne({ "l.x": 2 }, { projection: { "l.$": 1 } });
  expect(found).toEqual({ _id: 1, l: [{ x: 2 }] });
});

test("a projection that both includes and excludes is refused", async () => {
  const collection = await target.collection([{ a: 1 }]);
  const refused = collection.find({}, { projection: { a: 1, b: 0 } }).toArray();
  expect((await serverError(refused)).code).toBe(31254);
});

test("unknown operators and malformed conditions are refused with BadValue", async () => {
  const collection = await target.collection([{ a: 1 }]);
  const code = async (filter: object) => (await serverError(collection.findOne(filter))).code;
  expect(await code({ a: { $foo: 1 } })).toBe(2);
  expect(await code({ $foo: 1 })).toBe(2);
  expect(await code({ $or: [] })).toBe(2);
  expect(await code({ a: { $in: 1 } })).toBe(2);
  expect(await code({ a: { $regex: "(" } })).toBe(51091);
});

test("distinct gives each value once, arrays by their items", async () => {
  const collection = await target.collection(people);
  expect(await collection.distinct("tags")).toEqual(["code", "math"]);
  expect(await collection.distinct("name", { age: { $gt: 30 } })).toEqual(["Ada", "Cyd"]);
});

test("count follows filter, skip and limit", async () => {
  const collection = await target.collection(people);
  expect(await collection.estimatedDocumentCount()).toBe(4);
  expect(await collection.countDocuments({ age: { $gt: 1 } }, { skip: 1, limit: 1 })).toBe(1);
  const counted = await target
    .db()
    .command({ count: collection.collectionName, query: { age: 20 } });
  expect(counted.n).toBe(1);
});
