import { EJSON } from "bson";
import { Decimal128, type Document, Double, Int32, Long } from "mongodb";
import { expect, test } from "vitest";
import { serverError, useTarget } from "./target.ts";

// What a number's type becomes. Results are compared as canonical extended JSON, which shows it.

const target = useTarget();

const int = (value: number) => ({ $numberInt: `${value}` });
const long = (value: string) => ({ $numberLong: value });
const double = (value: string) => ({ $numberDouble: value });
const decimal = (value: string) => ({ $numberDecimal: value });

const intMax = new Int32(2_147_483_647);
const longMax = Long.MAX_VALUE;
const beyondDouble = Long.fromString("9007199254740993");

function shown(documents: readonly Document[]): unknown[] {
  return documents.map((document) => EJSON.serialize(document, { relaxed: false }));
}

/** What an expression is for a document. */
async function evaluated(document: Document, expression: unknown): Promise<unknown> {
  const collection = await target.collection([document]);
  const results = collection.aggregate([{ $project: { _id: 0, v: expression } }], {
    promoteValues: false,
  });
  const [first] = shown(await results.toArray());
  return (first as Document).v;
}

async function grouped(values: readonly unknown[], accumulator: Document): Promise<unknown> {
  const collection = await target.collection(values.map((n) => ({ n })));
  const results = collection.aggregate([{ $group: { _id: null, v: accumulator } }], {
    promoteValues: false,
  });
  const [first] = shown(await results.toArray());
  return (first as Document).v;
}

test("sums of ints are ints, then longs, then doubles", async () => {
  expect(await evaluated({ a: 1 }, { $add: ["$a", 2] })).toEqual(int(3));
  expect(await evaluated({ a: intMax }, { $add: ["$a", 1] })).toEqual(long("2147483648"));
  expect(await evaluated({ a: longMax }, { $add: ["$a", 1] })).toEqual(
    double("9223372036854775808.0"),
  );
});

test("the wider type of two numbers is that of the result", async () => {
  const document = { i: 2, l: new Long(3), d: new Double(4), m: Decimal128.fromString("0.5") };
  expect(await evaluated(document, { $add: ["$i", "$l"] })).toEqual(long("5"));
  expect(await evaluated(document, { $multiply: ["$l", "$d"] })).toEqual(double("12.0"));
  expect(await evaluated(document, { $subtract: ["$d", "$m"] })).toEqual(
    decimal("3.50000000000000"),
  );
  expect(await evaluated(document, { $multiply: ["$i", "$m"] })).toEqual(decimal("1.0"));
});

test("a long that no double can hold stays exact", async () => {
  expect(await evaluated({ a: beyondDouble }, { $add: ["$a", 1] })).toEqual(
    long("9007199254740994"),
  );
  expect(await grouped([beyondDouble, 1, new Long(1)], { $sum: "$n" })).toEqual(
    long("9007199254740995"),
  );
  expect(await evaluated({ a: [beyondDouble, 2] }, { $max: "$a" })).toEqual(
    long("9007199254740993"),
  );
});

test("$sum, $avg, $min and $max of a group have MongoDB's types", async () => {
  expect(await grouped([1, 2, 3], { $sum: "$n" })).toEqual(int(6));
  expect(await grouped([1, 2], { $sum: 1 })).toEqual(int(2));
  expect(await grouped([intMax, 1], { $sum: "$n" })).toEqual(long("2147483648"));
  expect(await grouped([1, new Double(2)], { $sum: "$n" })).toEqual(double("3.0"));
  expect(await grouped(Array(10).fill(0.1), { $sum: "$n" })).toEqual(double("1.0"));
  const decimals = [Decimal128.fromString("0.1"), Decimal128.fromString("0.2")];
  expect(await grouped(decimals, { $sum: "$n" })).toEqual(decimal("0.3"));
  expect(await grouped([1, 3], { $avg: "$n" })).toEqual(double("2.0"));
  expect(await grouped(["a", null], { $sum: "$n" })).toEqual(int(0));
  expect(await grouped(["a", null], { $avg: "$n" })).toBeNull();
  expect(await grouped([new Long(5), 7, new Double(6)], { $min: "$n" })).toEqual(long("5"));
  expect(await grouped([new Long(5), new Double(7)], { $max: "$n" })).toEqual(double("7.0"));
});

test("numbers that are equal are in one group, and the first gives its type", async () => {
  const collection = await target.collection([
    { n: 1 },
    { n: new Double(1) },
    { n: new Long(1) },
    { n: "1" },
  ]);
  const results = await collection
    .aggregate([{ $group: { _id: "$n", count: { $count: {} } } }, { $sort: { _id: 1 } }], {
      promoteValues: false,
    })
    .toArray();
  expect(shown(results)).toEqual([
    { _id: int(1), count: int(3) },
    { _id: "1", count: int(1) },
  ]);
});

test("what only passes through a stage keeps its type", async () => {
  const numbers = { d: new Double(2), l: new Long(2), i: 2, m: Decimal128.fromString("2.0") };
  const kept = { d: double("2.0"), l: long("2"), i: int(2), m: decimal("2.0") };
  const collection = await target.collection([{ ...numbers, list: [new Double(3), numbers] }]);
  const results = await collection
    .aggregate(
      [
        { $addFields: { same: "$l", picked: { $arrayElemAt: ["$list", new Long(0)] } } },
        { $unwind: "$list" },
        { $skip: 1 },
        { $project: { _id: 0 } },
      ],
      { promoteValues: false },
    )
    .toArray();
  expect(shown(results)).toEqual([{ ...kept, list: kept, same: long("2"), picked: double("3.0") }]);
});

test("quotients are doubles; powers, remainders and roundings keep whole numbers whole", async () => {
  const document = { a: 6, b: 3, l: new Long(7), d: 2.5, e: -2.5 };
  expect(await evaluated(document, { $divide: ["$a", "$b"] })).toEqual(double("2.0"));
  expect(await evaluated(document, { $mod: ["$l", "$b"] })).toEqual(long("1"));
  expect(await evaluated(document, { $pow: ["$b", 2] })).toEqual(int(9));
  expect(await evaluated(document, { $pow: ["$b", 39] })).toEqual(long("4052555153018976267"));
  expect(await evaluated(document, { $round: ["$d"] })).toEqual(double("2.0"));
  expect(await evaluated(document, { $round: [2.51, 0] })).toEqual(double("3.0"));
  expect(await evaluated(document, { $trunc: ["$e"] })).toEqual(double("-2.0"));
  expect(await evaluated(document, { $floor: "$e" })).toEqual(double("-3.0"));
  expect(await evaluated(document, { $ceil: "$l" })).toEqual(long("7"));
  expect(await evaluated({ a: 1.005 }, { $round: ["$a", 2] })).toEqual(double("1.0"));
  expect(await evaluated({ a: 15 }, { $round: ["$a", -1] })).toEqual(int(20));
  expect(await evaluated({ a: -7 }, { $abs: "$a" })).toEqual(int(7));
  expect(await evaluated({ a: 4 }, { $sqrt: "$a" })).toEqual(double("2.0"));
});

test("conversions give the type that they name, or refuse", async () => {
  expect(await evaluated({ a: 1 }, { $toDouble: "$a" })).toEqual(double("1.0"));
  expect(await evaluated({ a: "12" }, { $toLong: "$a" })).toEqual(long("12"));
  expect(await evaluated({ a: 1.9 }, { $toInt: "$a" })).toEqual(int(1));
  expect(await evaluated({ a: "1.10" }, { $toDecimal: "$a" })).toEqual(decimal("1.10"));
  expect(await evaluated({ a: beyondDouble }, { $toString: "$a" })).toBe("9007199254740993");
  const convert = { input: "$a", to: "int", onError: "bad", onNull: "none" };
  expect(await evaluated({ a: "x" }, { $convert: convert })).toBe("bad");
  expect(await evaluated({ a: null }, { $convert: convert })).toBe("none");
  const error = await serverError(evaluated({ a: 3e9 }, { $toInt: "$a" }));
  expect(Number(error.code)).toBe(241);
});

test("zero of every type is false, and what is no number is refused in sums", async () => {
  const chosen = { $cond: ["$a", "yes", "no"] };
  expect(await evaluated({ a: new Double(0) }, chosen)).toBe("no");
  expect(await evaluated({ a: Long.ZERO }, chosen)).toBe("no");
  expect(await evaluated({ a: new Long(1) }, chosen)).toBe("yes");
  expect(await evaluated({ a: "" }, chosen)).toBe("yes");
  const error = await serverError(evaluated({ a: "x" }, { $add: ["$a", 1] }));
  expect(error.message).toContain("$add only supports numeric or date types, not string");
});

test("lists are reduced, ranked and summed item by item", async () => {
  const lists = { a: [[1, 2], [3]], n: [3, 1, new Long(2)] };
  expect(await evaluated(lists, { $map: { input: "$a", in: { $sum: "$$this" } } })).toEqual([
    int(3),
    int(3),
  ]);
  const joined = {
    $reduce: { input: "$a", initialValue: [], in: { $concatArrays: ["$$value", "$$this"] } },
  };
  expect(await evaluated(lists, joined)).toEqual([int(1), int(2), int(3)]);
  expect(await evaluated(lists, { $first: "$a" })).toEqual([int(1), int(2)]);
  expect(await evaluated(lists, { $maxN: { input: "$n", n: 2 } })).toEqual([int(3), long("2")]);
  expect(await evaluated(lists, { $sum: ["$n"] })).toEqual(long("6"));
});

test("updates keep types as MongoDB does", async () => {
  const collection = await target.collection([
    { i: intMax, l: beyondDouble, d: new Double(1), m: Decimal128.fromString("0.1"), low: 5 },
  ]);
  await collection.updateOne(
    {},
    {
      $inc: { i: 1, l: 1, d: 1, m: Decimal128.fromString("0.2") },
      $mul: { product: new Long(3) },
      $min: { low: new Long(4) },
    },
  );
  const [updated = {}] = shown(
    await collection.find({}, { promoteValues: false, projection: { _id: 0 } }).toArray(),
  );
  expect(updated).toEqual({
    i: long("2147483648"),
    l: long("9007199254740994"),
    d: double("2.0"),
    m: decimal("0.3"),
    low: long("4"),
    product: long("0"),
  });
  const error = await serverError(
    collection.updateOne({}, { $inc: { l: Long.MAX_VALUE } }) as Promise<unknown>,
  );
  expect(error.code).toBe(2);
});

test("a pipeline that updates works on exact numbers too", async () => {
  const collection = await target.collection([{ l: beyondDouble, d: new Double(2) }]);
  await collection.updateOne({}, [{ $set: { sum: { $add: ["$l", 1] }, twice: "$d" } }]);
  const [updated] = shown(
    await collection.find({}, { promoteValues: false, projection: { _id: 0 } }).toArray(),
  );
  expect(updated).toEqual({
    l: long("9007199254740993"),
    d: double("2.0"),
    sum: long("9007199254740994"),
    twice: double("2.0"),
  });
});

test("$bucket, $sortByCount, $top and $lookup match numbers of all types", async () => {
  const collection = await target.collection([
    { _id: 1, n: new Double(1) },
    { _id: 2, n: new Long(1) },
    { _id: 3, n: 5 },
  ]);
  const run = async (pipeline: Document[]) => {
    const results = collection.aggregate(pipeline, { promoteValues: false });
    return shown(await results.toArray());
  };
  expect(await run([{ $sortByCount: "$n" }])).toEqual([
    { _id: double("1.0"), count: int(2) },
    { _id: int(5), count: int(1) },
  ]);
  const output = { total: { $sum: "$n" } };
  expect(await run([{ $bucket: { groupBy: "$n", boundaries: [0, 2, 9], output } }])).toEqual([
    { _id: int(0), total: double("2.0") },
    { _id: int(2), total: int(5) },
  ]);
  const top = { $top: { sortBy: { n: -1 }, output: "$_id" } };
  expect(await run([{ $group: { _id: null, top } }])).toEqual([{ _id: null, top: int(3) }]);
  const from = collection.collectionName;
  const joined = await run([
    { $match: { _id: 1 } },
    { $lookup: { from, localField: "n", foreignField: "n", as: "same" } },
    { $project: { ids: "$same._id" } },
  ]);
  expect(joined).toEqual([{ _id: int(1), ids: [int(1), int(2)] }]);
  const error = await serverError(
    run([{ $bucket: { groupBy: "$n", boundaries: [0, 2] } }]) as Promise<unknown>,
  );
  expect(error.message).toContain("could not find a matching branch");
});
