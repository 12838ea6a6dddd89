import { Decimal128, type Document, Long } from "bson";
import { expect, test } from "vitest";
import { decode, encode } from "../bson/codec.ts";
import { runPipeline } from "./pipeline.ts";

function grouped(values: readonly unknown[], accumulator: Document): unknown {
  const documents = values.map((n) => encode({ n }));
  const [result] = runPipeline(documents, [{ $group: { _id: null, v: accumulator } }]);
  return result && decode(result, { promoteValues: true }).v;
}

test("statistics are of all numbers, or refused", () => {
  expect(grouped([2, new Long(4), 6], { $stdDevPop: "$n" })).toBeCloseTo(1.633, 3);
  expect(grouped([1, new Long(2), 9], { $median: { input: "$n", method: "approximate" } })).toBe(2);
  for (const value of [Long.fromString("9007199254740993"), Decimal128.fromString("1.5")]) {
    expect(() => grouped([1, value], { $stdDevPop: "$n" })).toThrow("take no part in statistics");
  }
});

test("names of the wrappers around operators are no expressions", () => {
  for (const name of ["$internalScope", "$internalPlain", "$internalTruth"]) {
    expect(() => [...runPipeline([encode({})], [{ $project: { v: { [name]: 1 } } }])]).toThrow(
      "Unrecognized expression",
    );
  }
});
