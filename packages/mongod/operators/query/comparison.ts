import { BSONRegExp, type Document, MaxKey, MinKey } from "bson";
import { asBuffer } from "../../bson/bytes.ts";
import { elementOf } from "../../bson/codec.ts";
import { type Element, types } from "../../bson/element.ts";
import { keyOf, nullKey, rankOf } from "../../bson/key.ts";
import { MongoError } from "../../errors.ts";
import type { LeafTest } from "../../query/path.ts";
import type { LeafPredicate } from "../../query/predicates.ts";
import { regexTest } from "./regex.ts";

export function $eq(operand: unknown): LeafPredicate {
  return { test: equals(operand), expand: true };
}

export function $ne(operand: unknown): LeafPredicate {
  if (operand instanceof BSONRegExp)
    throw new MongoError("BadValue", "Can't have regex as arg to $ne.");
  return { test: equals(operand), expand: true, negate: true };
}

export function $in(operand: unknown): LeafPredicate {
  return { test: isOneOf("$in", operand), expand: true };
}

export function $nin(operand: unknown): LeafPredicate {
  return { test: isOneOf("$nin", operand), expand: true, negate: true };
}

export const $gt = ordered("$gt", (order) => order > 0);
export const $gte = ordered("$gte", (order) => order >= 0);
export const $lt = ordered("$lt", (order) => order < 0);
export const $lte = ordered("$lte", (order) => order <= 0);

/** Equal in MongoDB's order; null also stands for a field that is not there. */
export function equals(operand: unknown): LeafTest {
  const wanted = elementOf(operand);
  const key = keyOf(wanted);
  const bytes = asBuffer(wanted.bytes.subarray(wanted.start, wanted.end));
  if (wanted.type === types.null || wanted.type === types.undefined) return isNull;
  const rank = rankOf(wanted.type);
  const onlyBytes = wanted.type === types.string || wanted.type === types.objectId;
  return (element) => {
    if (!element || rankOf(element.type) !== rank) return false;
    if (element.type === wanted.type && sameValue(element, bytes)) return true;
    if (onlyBytes && element.type === wanted.type) return false;
    return Buffer.compare(keyOf(element), key) === 0;
  };
}

function isNull(element: Element | undefined): boolean {
  return !element || element.type === types.null || element.type === types.undefined;
}

function sameValue({ bytes, start, end }: Element, wanted: Buffer): boolean {
  if (end - start !== wanted.length) return false;
  return wanted.compare(bytes, start, end) === 0 && !isNaNBytes(wanted);
}

/** A NaN has many forms, but only one key; let the keys decide. */
function isNaNBytes(bytes: Buffer): boolean {
  return bytes.length === 8 && ((bytes[7] ?? 0) & 0x7f) === 0x7f;
}

function isOneOf(name: string, operand: unknown): LeafTest {
  if (!Array.isArray(operand)) throw new MongoError("BadValue", `${name} needs an array`);
  const values: unknown[] = operand;
  const patterns = values.filter((value) => value instanceof BSONRegExp).map(regexTest);
  const keys = new Set(
    values
      .filter((value) => !(value instanceof BSONRegExp))
      .map((value) => {
        refuseOperator(name, value);
        return keyText(keyOf(elementOf(value)));
      }),
  );
  const nulls = keys.has(keyText(nullKey));
  return (element) => {
    if (!element) return nulls;
    if (keys.size > 0 && keys.has(keyText(keyOf(element)))) return true;
    return patterns.some((test) => test(element));
  };
}

function refuseOperator(name: string, value: unknown): void {
  const first = typeof value === "object" && value !== null ? Object.keys(value)[0] : undefined;
  if (first?.startsWith("$") && !["$ref", "$id", "$db"].includes(first)) {
    throw new MongoError("BadValue", `cannot nest $ under ${name}`);
  }
}

function keyText(key: Uint8Array): string {
  return asBuffer(key).toString("latin1");
}

function ordered(name: string, holds: (order: number) => boolean) {
  return (operand: unknown, _neighbours: Document): LeafPredicate => {
    if (operand instanceof BSONRegExp) {
      throw new MongoError(
        "BadValue",
        `Can't have RegEx as arg to predicate over field '${name}'.`,
      );
    }
    return { test: orderTest(operand, holds), expand: true };
  };
}

function orderTest(operand: unknown, holds: (order: number) => boolean): LeafTest {
  const wanted = elementOf(operand);
  if (wanted.type === types.null || wanted.type === types.undefined) {
    return holds(0) ? isNull : () => false;
  }
  const key = keyOf(wanted);
  const rank = rankOf(wanted.type);
  const anyType = operand instanceof MinKey || operand instanceof MaxKey;
  const wantsNaN = isNaNKey(key);
  return (element) => {
    if (!element) return false;
    if (!anyType && rankOf(element.type) !== rank) return false;
    const own = keyOf(element);
    if (!anyType && (wantsNaN || isNaNKey(own))) {
      return wantsNaN && isNaNKey(own) && holds(0);
    }
    return holds(Buffer.compare(own, key));
  };
}

const numberRank = rankOf(types.double);

function isNaNKey(key: Uint8Array): boolean {
  return key[0] === numberRank && key.subarray(1, 11).every((byte) => byte === 0);
}
