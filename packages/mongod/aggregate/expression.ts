import type { Document } from "bson";
import { decodePlain } from "../bson/codec.ts";
import type { Element } from "../bson/element.ts";
import { evaluator } from "./pipeline.ts";

/** The test of `$expr`: whether an aggregation expression is true of the document. */
export function expressionTest(
  expression: unknown,
  variables: Document | undefined,
): (document: Element) => boolean {
  const evaluate = evaluator(expression, variables);
  return ({ bytes, start, end }) => isTrue(evaluate(decodePlain(bytes.subarray(start, end))));
}

function isTrue(value: unknown): boolean {
  return value !== false && value !== null && value !== undefined && value !== 0;
}
