import type { Document } from "bson";
import { isDocument, toNumber } from "../arguments.ts";
import { afterPrefix, sameBytes } from "../bson/bytes.ts";
import { encode } from "../bson/codec.ts";
import { inverted } from "../bson/key.ts";
import type { Collection } from "../collections/collection.ts";
import type { Index } from "../collections/index-spec.ts";
import { MongoError } from "../errors.ts";
import { boundsOf, type Interval, type Intervals, onlyId } from "./bounds.ts";

/** How the documents of a query are come by. All but `id` still need the filter. */
export type Plan =
  | { readonly kind: "none" }
  | { readonly kind: "id"; readonly key: Uint8Array }
  | { readonly kind: "scan"; readonly reverse: boolean }
  | IndexPlan
  | { readonly kind: "or"; readonly plans: readonly Plan[] };

export interface IndexPlan {
  readonly kind: "index";
  readonly index: Index;
  /** Ranges of keys of the index, in its order, without overlap. */
  readonly intervals: readonly Interval[];
  readonly reverse: boolean;
  /** What it gives comes in the order that was asked for. */
  readonly sorted: boolean;
}

/** What a plan is made for. */
export interface Wanted {
  readonly filter: Document;
  readonly sort?: Document | undefined;
  /** The name or the key of an index, or `{ $natural: 1 }`. */
  readonly hint?: unknown;
}

const intervalsMax = 1_000;

/** The cheapest way that is known to the documents that are wanted. */
export function planFor(collection: Collection, wanted: Wanted): Plan {
  const natural = naturalOrder(wanted.hint) ?? naturalOrder(wanted.sort);
  if (natural !== undefined) return { kind: "scan", reverse: natural < 0 };
  const { filter } = wanted;
  if (wanted.hint !== undefined) return hinted(collection, wanted);
  const key = onlyId(filter);
  if (key) return { kind: "id", key };
  const candidates = collection.indexes
    .filter((index) => !index.entry.hidden)
    .map((index) => rated(index, wanted))
    .filter((candidate) => candidate.rating > 0);
  candidates.sort((a, b) => b.rating - a.rating);
  const best = candidates[0]?.plan;
  if (best && best.intervals.length === 0) return { kind: "none" };
  return best ?? eitherPlan(collection, wanted) ?? { kind: "scan", reverse: false };
}

function naturalOrder(value: unknown): number | undefined {
  if (!isDocument(value)) return undefined;
  return toNumber(value.$natural);
}

function hinted(collection: Collection, wanted: Wanted): Plan {
  const index = findIndex(collection, wanted.hint);
  if (!index) {
    throw new MongoError(
      "BadValue",
      "error processing query: planner returned error :: caused by :: " +
        "hint provided does not correspond to an existing index",
    );
  }
  return rated(index, { ...wanted, hint: undefined }, true).plan;
}

/** The index that a hint or a `dropIndexes` names, by its name or its key. */
export function findIndex(collection: Collection, nameOrKey: unknown): Index | undefined {
  if (typeof nameOrKey === "string") {
    return collection.indexes.find(({ entry }) => entry.name === nameOrKey);
  }
  if (!isDocument(nameOrKey)) return undefined;
  const key = encodedKey(nameOrKey);
  return collection.indexes.find(({ entry }) => sameBytes(encodedKey(entry.key), key));
}

/** Index keys are equal if their fields, order and directions are, whatever number type. */
export function encodedKey(key: Document): Uint8Array {
  return encode(Object.fromEntries(Object.entries(key).map(([k, v]) => [k, toNumber(v) ?? v])));
}

/** All clauses of an `$or` through indexes of their own. */
function eitherPlan(collection: Collection, { filter, sort }: Wanted): Plan | undefined {
  const clauses: unknown = filter.$or;
  if (!Array.isArray(clauses) || sort) return undefined;
  const plans = clauses.filter(isDocument).map((clause) => planFor(collection, { filter: clause }));
  return plans.every(({ kind }) => kind !== "scan") ? { kind: "or", plans } : undefined;
}

function rated(index: Index, wanted: Wanted, forced = false) {
  const bounds = boundsOf(wanted.filter);
  const parts = usableParts(index, bounds);
  const points = parts.filter((part) => part.every(({ point }) => point)).length;
  const single = parts.findIndex((part) => part.length !== 1 || !part[0]?.point);
  const fixed = single === -1 ? parts.length : single;
  const direction = sortDirection(index, { sort: wanted.sort, fixed, bounded: parts.length });
  const sorted = direction !== undefined;
  const whole = [{ from: noBytes, to: topKey, point: false }];
  const intervals = parts.length > 0 ? combine(index, parts) : whole;
  const plan: IndexPlan = { kind: "index", index, intervals, reverse: direction === -1, sorted };
  if (!allowed(index, { bounded: parts.length > 0, filter: wanted.filter, forced })) {
    return { plan, rating: 0 };
  }
  const complete = points === index.fields.length && index.entry.unique ? 3 : 0;
  const range = parts.length > points ? 5 : 0;
  return { plan, rating: points * 10 + range + (sorted ? 4 : 0) + complete };
}

const noBytes = new Uint8Array(0);
const topKey = Uint8Array.of(0xff, 0xff);

/** A sparse or partial index does not know all documents. */
function allowed(
  { entry }: Index,
  { bounded, filter, forced }: { bounded: boolean; filter: Document; forced: boolean },
): boolean {
  if (forced) return true;
  if (entry.sparse && !bounded) return false;
  if (entry.sparse && asksForNothing(filter)) return false;
  const condition = entry.partialFilterExpression;
  if (!condition) return true;
  return Object.entries(condition).every(([name, value]) => {
    const asked: unknown = filter[name];
    if (asked !== undefined && sameBytes(encode({ v: asked }), encode({ v: value }))) return true;
    const existence = sameBytes(encode({ v: value }), existing);
    return existence && asksForSomething(filter, name);
  });
}

const existing = encode({ v: { $exists: true } });

/** A condition on the field holds for no document that lacks it. */
function asksForSomething(filter: Document, name: string): boolean {
  const conditions = boundsOf(filter).get(name) ?? [];
  return conditions.some((intervals) => intervals.every(({ from }) => (from[0] ?? 0) > 5));
}

/** Some condition may hold for a document that lacks the field. */
function asksForNothing(filter: Document): boolean {
  return [...boundsOf(filter).values()].some((conditions) =>
    conditions.some((intervals) => intervals.some(({ from }) => (from[0] ?? 0) <= 5)),
  );
}

/**
 * For the first fields of the index, what the filter lets through: points as long as it can. A key has fields that
 * meet in an array from one and the same item, while the filter's conditions may hold for two: so one of them counts.
 */
function usableParts(index: Index, bounds: ReadonlyMap<string, readonly Intervals[]>): Intervals[] {
  const parts: Intervals[] = [];
  const roots = new Set<string | undefined>();
  let total = 1;
  for (const { path } of index.fields) {
    const conditions = bounds.get(path.text);
    const [root] = path.text.split(".");
    if (!conditions || (index.entry.multikey && roots.has(root))) break;
    roots.add(root);
    const part = narrowest(conditions, index.entry.multikey);
    total *= part.length;
    if (total > intervalsMax) break;
    parts.push(part);
    if (part.some(({ point }) => !point)) break;
  }
  return parts;
}

/** With arrays, two conditions may hold for two items: only one of them can be used. */
function narrowest(conditions: readonly Intervals[], multikey: boolean): Intervals {
  const points = conditions.filter((condition) => condition.every(({ point }) => point));
  const best = points.sort((a, b) => a.length - b.length)[0] ?? conditions[0] ?? [];
  if (multikey || best.length !== 1 || best[0]?.point) return best;
  const single = conditions.filter((condition) => condition.length === 1).flat();
  const from = single
    .map((interval) => interval.from)
    .reduce((a, b) => (Buffer.compare(a, b) > 0 ? a : b));
  const to = single
    .map((interval) => interval.to)
    .reduce((a, b) => (Buffer.compare(a, b) < 0 ? a : b));
  return Buffer.compare(from, to) < 0 ? [{ from, to, point: false }] : [];
}

/** All combinations of the parts, as ranges of whole keys in the index's order. */
function combine(index: Index, parts: readonly Intervals[]): Interval[] {
  let prefixes: Uint8Array[] = [noBytes];
  let result: Interval[] = [];
  for (const [at, part] of parts.entries()) {
    const descending = index.fields[at]?.descending === true;
    const own = descending ? part.map(turned).reverse() : part;
    result = prefixes.flatMap((prefix) => own.map((interval) => behind(prefix, interval)));
    prefixes = result.map(({ from }) => from);
  }
  const whole = parts.length === index.fields.length;
  return whole ? result : result.map((interval) => ({ ...interval, point: false }));
}

function behind(prefix: Uint8Array, { from, to, point }: Interval): Interval {
  if (prefix.length === 0) return { from, to, point };
  return { from: Buffer.concat([prefix, from]), to: Buffer.concat([prefix, to]), point };
}

function turned({ from, to, point }: Interval): Interval {
  const key = inverted(from);
  if (point) return { from: key, to: afterPrefix(key), point };
  return { from: afterPrefix(inverted(to)), to: afterPrefix(key), point };
}

/** 1 or -1 if reading the index that way gives the order asked for; undefined if neither. */
function sortDirection(
  index: Index,
  { sort, fixed, bounded }: { sort: Document | undefined; fixed: number; bounded: number },
): 1 | -1 | undefined {
  const wanted = Object.entries(sort ?? {});
  if (wanted.length === 0) return undefined;
  const constant = new Set(index.fields.slice(0, fixed).map(({ path }) => path.text));
  const moving = wanted.filter(([name]) => !constant.has(name) || index.entry.multikey);
  if (moving.length === 0) return 1;
  if (index.entry.multikey && bounded > 0) return undefined;
  if (bounded > fixed + 1) return undefined;
  const rest = index.fields.slice(index.entry.multikey ? 0 : fixed);
  const directions = moving.map(([name, order], at) => {
    const field = rest[at];
    if (field?.path.text !== name) return 0;
    return (toNumber(order) ?? 1) < 0 === field.descending ? 1 : -1;
  });
  if (directions.every((direction) => direction === 1)) return 1;
  return directions.every((direction) => direction === -1) ? -1 : undefined;
}
