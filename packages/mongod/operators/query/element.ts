import { toNumber, typeName } from "../../arguments.ts";
import { types } from "../../bson/element.ts";
import { MongoError } from "../../errors.ts";
import type { LeafPredicate } from "../../query/predicates.ts";

export function $exists(operand: unknown): LeafPredicate {
  const number = toNumber(operand);
  const wanted = number === undefined ? operand !== false && operand !== null : number !== 0;
  return { test: (element) => element !== undefined, expand: false, negate: !wanted };
}

export function $type(operand: unknown): LeafPredicate {
  const wanted: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (wanted.length === 0) {
    throw new MongoError("FailedToParse", "$type must match at least one type");
  }
  const numbers = new Set(wanted.flatMap(typeNumbers));
  return { test: (element) => element !== undefined && numbers.has(element.type), expand: true };
}

/** MongoDB's aliases of the BSON types. */
const aliases: Readonly<Record<string, readonly number[]>> = {
  array: [types.array],
  binData: [types.binary],
  bool: [types.boolean],
  date: [types.date],
  dbPointer: [types.dbPointer],
  decimal: [types.decimal],
  double: [types.double],
  int: [types.int32],
  javascript: [types.code],
  javascriptWithScope: [types.codeWithScope],
  long: [types.int64],
  maxKey: [types.maxKey],
  minKey: [types.minKey],
  null: [types.null],
  number: [types.double, types.int32, types.int64, types.decimal],
  object: [types.object],
  objectId: [types.objectId],
  regex: [types.regex],
  string: [types.string],
  symbol: [types.symbol],
  timestamp: [types.timestamp],
  undefined: [types.undefined],
};

function typeNumbers(operand: unknown): readonly number[] {
  if (typeof operand === "string") {
    const known = Object.hasOwn(aliases, operand) ? aliases[operand] : undefined;
    if (known) return known;
    throw new MongoError("BadValue", `Unknown type name alias: ${operand}`);
  }
  const number = toNumber(operand);
  if (number === undefined) {
    throw new MongoError(
      "TypeMismatch",
      `type must be represented as a number or a string, not ${typeName(operand)}`,
    );
  }
  if (number === -1) return [types.minKey];
  const valid = number === 127 || (Number.isInteger(number) && number >= 1 && number <= 19);
  if (!valid) throw new MongoError("BadValue", `Invalid numerical type code: ${number}`);
  return [number];
}
