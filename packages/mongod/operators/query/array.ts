import { BSONRegExp } from "bson";
import { isDocument, toNumber } from "../../arguments.ts";
import { itemsOf, types } from "../../bson/element.ts";
import { MongoError } from "../../errors.ts";

import type { LeafTest } from "../../query/path.ts";
import {
  compilePredicate,
  isOperatorDocument,
  type LeafPredicate,
  leafPredicates,
} from "../../query/predicates.ts";
import { equals } from "./comparison.ts";
import { regexTest } from "./regex.ts";

export function $size(operand: unknown): LeafPredicate {
  const size = toNumber(operand);
  if (size === undefined || !Number.isInteger(size) || size < 0) {
    throw new MongoError("BadValue", "Failed to parse $size. Expected a non-negative integer.");
  }
  return {
    test: (element) =>
      element?.type === types.array && itemsOf(element.bytes, element.start).length === size,
    expand: false,
  };
}

export function $elemMatch(operand: unknown): LeafPredicate {
  const item = itemTest(operand);
  return {
    test: (element) =>
      element?.type === types.array && itemsOf(element.bytes, element.start).some(item),
    expand: false,
  };
}

/** The test that `$elemMatch: operand` puts to each item of an array. */
export function itemTest(operand: unknown): LeafTest {
  if (!isDocument(operand)) throw new MongoError("BadValue", "$elemMatch needs an Object");
  const first = Object.keys(operand)[0] ?? "";
  if (isOperatorDocument(operand) && !["$and", "$or", "$nor", "$expr"].includes(first)) {
    const { $not, ...others } = operand;
    const leaves = leafPredicates(others).map(asTest);
    if ($not !== undefined) leaves.push(not($not));
    return (element) => leaves.every((test) => test(element));
  }
  const filter = compilePredicate(operand);
  return (element) =>
    element !== undefined &&
    (element.type === types.object || element.type === types.array) &&
    filter(element);
}

export function $all(operand: unknown): LeafPredicate {
  if (!Array.isArray(operand)) throw new MongoError("BadValue", "$all needs an array");
  const tests = operand.map((wanted: unknown): LeafTest => {
    if (isDocument(wanted) && Object.hasOwn(wanted, "$elemMatch")) {
      return $elemMatch(wanted.$elemMatch).test;
    }
    const one = wanted instanceof BSONRegExp ? regexTest(wanted) : equals(wanted);
    return (element) =>
      one(element) ||
      (element?.type === types.array && itemsOf(element.bytes, element.start).some(one));
  });
  return {
    test: (element) => tests.length > 0 && tests.every((test) => test(element)),
    expand: false,
  };
}

function not(operand: unknown): LeafTest {
  if (operand instanceof BSONRegExp) {
    const test = regexTest(operand);
    return (element) => !test(element);
  }
  if (!isDocument(operand)) throw new MongoError("BadValue", "$not needs a regex or a document");
  const leaves = leafPredicates(operand).map(asTest);
  return (element) => !leaves.every((test) => test(element));
}

function asTest({ test, negate }: LeafPredicate): LeafTest {
  return negate ? (element) => !test(element) : test;
}
