import type { Document } from "bson";
import { decodeForExpressions } from "../bson/codec.ts";
import type { Element } from "../bson/element.ts";
import { evaluator } from "./pipeline.ts";
import { isTrue } from "./plain-operators.ts";

/** The test of `$expr`: whether an aggregation expression is true of the document. */
export function expressionTest(
  expression: unknown,
  variables: Document | undefined,
): (document: Element) => boolean {
  const evaluate = evaluator(expression, variables);
  return ({ bytes, start, end }) =>
    isTrue(evaluate(decodeForExpressions(bytes.subarray(start, end))));
}
