import { BSONRegExp, type Document, MaxKey, MinKey } from "bson";
import { isDocument } from "../arguments.ts";
import { afterPrefix } from "../bson/bytes.ts";
import { keyOfValue, nullKey, undefinedKey } from "../bson/key.ts";
import { isOperatorDocument } from "./predicates.ts";

/** A part of the order of values: `from <= key < to`, as ordered encodings. */
export interface Interval {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Holds one value alone. */
  readonly point: boolean;
}

/** What one condition lets through: any of the intervals, in order. */
export type Intervals = readonly Interval[];

/**
 * What a filter demands of its fields, by path: one entry for each condition that an index can
 * answer. Conditions that it cannot are left out, so what an index gives must still be tested.
 */
export function boundsOf(filter: Document): ReadonlyMap<string, readonly Intervals[]> {
  const bounds = new Map<string, Intervals[]>();
  collect(filter, bounds);
  return bounds;
}

/** The one value that `_id` must equal, if that is all the filter says. */
export function onlyId(filter: Document): Uint8Array | undefined {
  const names = Object.keys(filter).filter((name) => name !== "$comment");
  if (names.length !== 1 || names[0] !== "_id") return undefined;
  const value: unknown = filter._id;
  if (isOperatorDocument(value)) {
    return Object.keys(value).length === 1 && Object.hasOwn(value, "$eq")
      ? pointKey(value.$eq)
      : undefined;
  }
  return pointKey(value);
}

function pointKey(value: unknown): Uint8Array | undefined {
  const unusable = value === null || value === undefined || Array.isArray(value);
  return unusable || value instanceof BSONRegExp ? undefined : keyOfValue(value);
}

function collect(filter: Document, bounds: Map<string, Intervals[]>): void {
  for (const [name, value] of Object.entries(filter)) {
    if (name === "$and" && Array.isArray(value)) {
      for (const clause of value) if (isDocument(clause)) collect(clause, bounds);
    }
    if (name.startsWith("$")) continue;
    const found = isOperatorDocument(value)
      ? Object.entries(value).map(([operator, operand]) => intervalsOf(operator, operand, value))
      : [intervalsOf(value instanceof BSONRegExp ? "$regex" : "$eq", value, {})];
    const usable = found.filter((intervals) => intervals !== undefined);
    if (usable.length > 0) bounds.set(name, [...(bounds.get(name) ?? []), ...usable]);
  }
}

function intervalsOf(operator: string, operand: unknown, all: Document): Intervals | undefined {
  switch (operator) {
    case "$eq":
      return pointsOf([operand]);
    case "$in":
      return Array.isArray(operand) ? pointsOf(operand) : undefined;
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return rangeOf(operator, operand);
    case "$regex":
      return prefixOf(operand, all.$options);
    default:
      return undefined;
  }
}

function pointsOf(values: readonly unknown[]): Intervals | undefined {
  if (values.some((value) => Array.isArray(value) || value instanceof BSONRegExp)) return undefined;
  const keys = values.flatMap((value) =>
    value === null || value === undefined ? [undefinedKey, nullKey] : [keyOfValue(value)],
  );
  const sorted = keys.sort((a, b) => Buffer.compare(a, b));
  return sorted
    .filter((key, at) => at === 0 || Buffer.compare(key, sorted[at - 1] ?? noBytes) !== 0)
    .map(point);
}

const noBytes = new Uint8Array(0);

function point(key: Uint8Array): Interval {
  return { from: key, to: afterPrefix(key), point: true };
}

/** Only values of the operand's own rank compare with it. */
function rangeOf(operator: string, operand: unknown): Intervals | undefined {
  const noRange = operand === null || operand === undefined || Array.isArray(operand);
  if (noRange || operand instanceof MinKey || operand instanceof MaxKey) return undefined;
  if (operand instanceof BSONRegExp) return undefined;
  const key = keyOfValue(operand);
  const rank = key[0] ?? 0;
  const lowest = Uint8Array.of(rank);
  const highest = Uint8Array.of(rank + 1);
  if (operator === "$gt") return [{ from: afterPrefix(key), to: highest, point: false }];
  if (operator === "$gte") return [{ from: key, to: highest, point: false }];
  if (operator === "$lt") return [{ from: lowest, to: key, point: false }];
  return [{ from: lowest, to: afterPrefix(key), point: false }];
}

/** `/^abc/` finds the strings that begin with abc, and the pattern itself where it is stored. */
function prefixOf(operand: unknown, options: unknown): Intervals | undefined {
  const pattern = operand instanceof BSONRegExp ? operand.pattern : operand;
  const flags = options ?? (operand instanceof BSONRegExp ? operand.options : "");
  if (typeof pattern !== "string" || flags !== "") return undefined;
  const literal = /^\^([A-Za-z0-9 _\-:/@,;=]+)(?![A-Za-z0-9 _\-:/@,;=]*[|?*{])/.exec(pattern)?.[1];
  if (!literal || pattern.includes("|")) return undefined;
  const key = Buffer.concat([Uint8Array.of(stringRank), Buffer.from(literal)]);
  const itself = keyOfValue(new BSONRegExp(pattern, ""));
  return [{ from: key, to: afterPrefix(key), point: false }, point(itself)];
}

const stringRank = 15;
