import type { Document, FindOptions } from "./mongo.ts";
import { packed } from "./mongo-int64.ts";

type Slice = number | readonly [skip: number, count: number];

/**
 * A projection in two parts, for `mingo` and for `sliced`: where a part of an array is asked for, `mingo` leaves out
 * all other fields; MongoDB does not.
 */
export function projectionOf(projection: FindOptions["projection"] = {}) {
  const entries = Object.entries(projection);
  const includes = entries.some(
    ([name, value]) => name !== "_id" && value !== 0 && !isSlice(value),
  );
  const own = includes ? entries : entries.filter(([, value]) => !isSlice(value));
  const slices = includes ? [] : entries.filter(([, value]) => isSlice(value));
  return {
    fields: packed(Object.fromEntries(own)) as Record<string, 0 | 1>,
    slices: slices.map(([name, value]) => [name, (value as { $slice: Slice }).$slice] as const),
  };
}

function isSlice(value: unknown): boolean {
  return typeof value === "object" && value !== null && "$slice" in value;
}

/** The document with no more than the asked parts of its arrays; changed in place. */
export function sliced(
  document: Document,
  slices: readonly (readonly [string, Slice])[],
): Document {
  for (const [name, slice] of slices) {
    const items = document[name];
    if (!Array.isArray(items)) continue;
    const [skip, count] = typeof slice === "number" ? [Math.min(slice, 0), slice] : slice;
    document[name] = count < 0 ? items.slice(skip) : items.slice(skip).slice(0, count);
  }
  return document;
}
