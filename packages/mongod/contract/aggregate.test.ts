import { ObjectId } from "mongodb";
import { expect, test } from "vitest";
import { serverError, useTarget } from "./target.ts";

const target = useTarget();

const sales = [
  { _id: 1, item: "a", price: 10, quantity: 2, tags: ["x", "y"] },
  { _id: 2, item: "b", price: 20, quantity: 1, tags: ["x"] },
  { _id: 3, item: "a", price: 30, quantity: 5, tags: [] },
];

test("groups are summed, averaged and counted", async () => {
  const collection = await target.collection(sales);
  const grouped = await collection
    .aggregate([
      { $match: { price: { $gte: 10 } } },
      {
        $group: {
          _id: "$item",
          total: { $sum: { $multiply: ["$price", "$quantity"] } },
          average: { $avg: "$price" },
          count: { $sum: 1 },
          first: { $first: "$_id" },
        },
      },
      { $sort: { _id: 1 } },
    ])
    .toArray();
  expect(grouped).toEqual([
    { _id: "a", total: 170, average: 20, count: 2, first: 1 },
    { _id: "b", total: 20, average: 20, count: 1, first: 2 },
  ]);
});

test("object ids group by their value", async () => {
  const id = new ObjectId();
  const collection = await target.collection([
    { ref: id },
    { ref: new ObjectId(id.toHexString()) },
    { ref: new ObjectId() },
  ]);
  const grouped = await collection
    .aggregate([{ $group: { _id: "$ref", n: { $sum: 1 } } }, { $sort: { n: -1 } }])
    .toArray();
  expect(grouped).toHaveLength(2);
  expect(grouped[0]).toEqual({ _id: id, n: 2 });
});

test("stages reshape documents one after the other", async () => {
  const collection = await target.collection(sales);
  const result = await collection
    .aggregate([
      { $addFields: { cost: { $multiply: ["$price", "$quantity"] } } },
      { $project: { _id: 0, cost: 1, label: { $concat: ["item ", "$item"] } } },
      { $sort: { cost: -1 } },
      { $skip: 1 },
      { $limit: 1 },
    ])
    .toArray();
  expect(result).toEqual([{ cost: 20, label: "item a" }]);
});

test("$unwind, $count, $facet, $bucket and $sortByCount", async () => {
  const collection = await target.collection(sales);
  const run = (pipeline: object[]) => collection.aggregate(pipeline).toArray();
  expect(await run([{ $unwind: "$tags" }, { $count: "n" }])).toEqual([{ n: 3 }]);
  const counted = await run([{ $unwind: "$tags" }, { $sortByCount: "$tags" }]);
  expect(counted).toEqual([
    { _id: "x", count: 2 },
    { _id: "y", count: 1 },
  ]);
  const [facets] = await run([
    {
      $facet: {
        cheap: [{ $match: { price: { $lt: 15 } } }, { $count: "n" }],
        all: [{ $count: "n" }],
      },
    },
  ]);
  expect(facets).toEqual({ cheap: [{ n: 1 }], all: [{ n: 3 }] });
  const buckets = await run([{ $bucket: { groupBy: "$price", boundaries: [0, 15, 100] } }]);
  expect(buckets).toEqual([
    { _id: 0, count: 1 },
    { _id: 15, count: 2 },
  ]);
});

test("$lookup joins another collection", async () => {
  const items = await target.collection([{ _id: "a" as never, name: "Apple" }]);
  const collection = await target.collection(sales);
  const joined = await collection
    .aggregate([
      {
        $lookup: {
          from: items.collectionName,
          localField: "item",
          foreignField: "_id",
          as: "found",
        },
      },
      { $project: { names: "$found.name" } },
      { $sort: { _id: 1 } },
    ])
    .toArray();
  expect(joined).toEqual([
    { _id: 1, names: ["Apple"] },
    { _id: 2, names: [] },
    { _id: 3, names: ["Apple"] },
  ]);
});

test("$out replaces a collection, $merge adds to one", async () => {
  const collection = await target.collection(sales);
  const out = await target.collection([{ _id: 99 as never }]);
  await collection
    .aggregate([
      { $match: { item: "a" } },
      { $project: { price: 1 } },
      { $out: out.collectionName },
    ])
    .toArray();
  expect(await out.find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: 1, price: 10 },
    { _id: 3, price: 30 },
  ]);
  await collection
    .aggregate([{ $project: { quantity: 1 } }, { $merge: { into: out.collectionName } }])
    .toArray();
  expect(await out.find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: 1, price: 10, quantity: 2 },
    { _id: 2, quantity: 1 },
    { _id: 3, price: 30, quantity: 5 },
  ]);
});

test("a projection keeps the order of fields, _id first, new ones as they are named", async () => {
  const collection = await target.collection([{ z: 1, _id: 1 as never, a: 2 }]);
  const project = { new: { $add: ["$a", 1] }, a: 1, z: 1 };
  const [document] = await collection.aggregate([{ $project: project }]).toArray();
  expect(Object.keys(document ?? {})).toEqual(["_id", "z", "a", "new"]);
});

test("object ids and dates have their types and texts in expressions", async () => {
  const _id = new ObjectId();
  const collection = await target.collection([{ _id, at: new Date(0) }]);
  const project = {
    type: { $type: "$_id" },
    text: { $toString: "$_id" },
    none: { $type: "$x" },
    year: { $year: "$at" },
  };
  const [document] = await collection.aggregate([{ $project: project }]).toArray();
  expect(document).toEqual({
    _id,
    type: "objectId",
    text: _id.toHexString(),
    none: "missing",
    year: 1970,
  });
});

test("windows run along sorted documents", async () => {
  const collection = await target.collection(sales);
  const output = { sum: { $sum: "$price", window: { documents: ["unbounded", "current"] } } };
  const pipeline = [{ $setWindowFields: { sortBy: { _id: 1 }, output } }, { $project: { sum: 1 } }];
  expect(await collection.aggregate(pipeline).toArray()).toEqual([
    { _id: 1, sum: 10 },
    { _id: 2, sum: 30 },
    { _id: 3, sum: 60 },
  ]);
});

test("a standalone server has no change streams", async () => {
  const collection = await target.collection(sales);
  const error = await serverError(collection.aggregate([{ $changeStream: {} }]).toArray());
  expect(error.code).toBe(40573);
});

test("results come in batches through a cursor", async () => {
  const collection = await target.collection(Array.from({ length: 500 }, (_, n) => ({ n })));
  const result = await collection.aggregate([{ $addFields: { m: 1 } }], { batchSize: 7 }).toArray();
  expect(result).toHaveLength(500);
});

test("wrong pipelines are refused with MongoDB's codes", async () => {
  const collection = await target.collection(sales);
  const code = async (pipeline: object[]) =>
    (await serverError(collection.aggregate(pipeline).toArray())).code;
  expect(await code([{ $foo: 1 }])).toBe(40324);
  expect(await code([{ $match: {}, $sort: { a: 1 } }])).toBe(40323);
  expect(await code([{ $limit: 0 }])).toBe(15958);
  expect(await code([{ $out: "x" }, { $match: {} }])).toBe(40601);
  expect(await code([{ $addFields: { a: { $foo: 1 } } }])).toBe(168);
});
