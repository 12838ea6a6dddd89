import { expect, test } from "vitest";
import { encode } from "../bson/codec.ts";
import { runPipeline } from "./pipeline.ts";

const run = (stage: object) => [...runPipeline([encode({ a: 1 })], [stage])];

test("scripts of clients are refused, wherever they stand", () => {
  const script = { body: "function() { return 1 }", args: [], lang: "js" };
  const accumulator = { init: "f", accumulate: "f", accumulateArgs: [], merge: "f", lang: "js" };
  expect(() => run({ $addFields: { x: { $function: script } } })).toThrow("scripts");
  expect(() => run({ $addFields: { x: { $function: { ...script, body: "$a.b" } } } })).toThrow(
    "scripts",
  );
  expect(() => run({ $group: { _id: null, x: { $accumulator: accumulator } } })).toThrow("scripts");
  expect(() => run({ $match: { $where: "1" } })).toThrow("not supported");
});

test("stages that write are refused inside others", () => {
  expect(() => run({ $facet: { x: [{ $out: "c" }] } })).toThrow("not allowed");
});
