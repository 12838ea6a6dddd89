import type { Document } from "bson";
import { afterPrefix } from "../bson/bytes.ts";
import type { Collection, StoredDocument } from "../collections/collection.ts";
import { indexEntryKey, readRecordId } from "../collections/layout.ts";
import { MongoError } from "../errors.ts";
import type { Turns } from "../turns.ts";
import { compileFilter } from "./filter.ts";
import { type IndexPlan, type Plan, planFor } from "./plan.ts";
import { type Predicate, rootElement } from "./predicates.ts";
import { checkSort, Sorter } from "./sort.ts";

/** A query, with its parts parsed. */
export interface Query {
  readonly filter: Document;
  readonly sort?: Document | undefined;
  readonly skip?: number | undefined;
  /** Zero and undefined are no limit. */
  readonly limit?: number | undefined;
  readonly hint?: unknown;
  readonly variables?: Document | undefined;
  readonly checkInterrupt?: (() => void) | undefined;
  /** For `findInTurns`; they check for interrupts themselves. */
  readonly turns?: Turns | undefined;
  /** Whoever reads does much with each document, so that after each it may be others' turn. */
  readonly isSlowlyRead?: boolean;
  /** Counts what was looked at. */
  readonly work?: Work;
}

export interface Work {
  keysExamined: number;
  docsExamined: number;
}

const interruptEvery = 64;

/** The documents that a query finds, in its order, after skip and limit. */
export function* find(collection: Collection, query: Query): Generator<StoredDocument> {
  const { turns: _turns, ...alone } = query;
  for (const document of findInTurns(collection, alone)) if (document) yield document;
}

/** The same, with `undefined` wherever others are to have their turn. */
export function* findInTurns(
  collection: Collection,
  query: Query,
): Generator<StoredDocument | undefined> {
  const { skip = 0, limit = 0 } = query;
  const matches = matching(collection, query);
  if (query.sort && Object.keys(query.sort).length > 0) checkSortUnlessNatural(query.sort);
  const plan = planFor(collection, query);
  const needsSort = sortNeeded(query.sort, plan);
  const found = filtered(collection, { plan, matches, query });
  const ordered =
    needsSort && query.sort ? inOrder(found, query.sort, limit ? limit + skip : 0) : found;
  let position = 0;
  for (const document of ordered) {
    if (!document) {
      yield undefined;
      continue;
    }
    position += 1;
    if (position <= skip) continue;
    yield document;
    if (limit > 0 && position >= skip + limit) return;
  }
}

/** Whether the documents have to be sorted after they were found. */
export function sortNeeded(sort: Document | undefined, plan: Plan): boolean {
  if (!sort || Object.keys(sort).length === 0 || sort.$natural !== undefined) return false;
  if (plan.kind === "id" || plan.kind === "none") return false;
  return !(plan.kind === "index" && plan.sorted);
}

function checkSortUnlessNatural(sort: Document): void {
  if (sort.$natural === undefined) checkSort(sort);
}

function matching(_collection: Collection, { filter, variables }: Query): Predicate | undefined {
  return Object.keys(filter).length === 0 ? undefined : compileFilter(filter, { variables });
}

interface Filtering {
  readonly plan: Plan;
  readonly matches: Predicate | undefined;
  readonly query: Query;
}

function* filtered(
  collection: Collection,
  { plan, matches, query }: Filtering,
): Generator<StoredDocument | undefined> {
  const { work, checkInterrupt, turns } = query;
  const checkedEvery = query.isSlowlyRead ? 1 : interruptEvery;
  let seen = 0;
  for (const document of candidates(collection, plan, work)) {
    seen += 1;
    if (work) work.docsExamined += 1;
    if (seen % checkedEvery === 0) {
      checkInterrupt?.();
      if (turns?.isOver()) {
        yield undefined;
        requireThere(collection, plan);
        turns.begin();
      }
    }
    if (!matches || plan.kind === "id" || matches(rootElement(document.bytes))) yield document;
  }
  // What an index that is gone does not give any more is no end.
  requireThere(collection, plan);
}

/** While others had their turn, or between two batches of a cursor, what is read may have been dropped. */
function requireThere(collection: Collection, plan: Plan): void {
  collection.requireThere();
  if (plan.kind === "or") for (const each of plan.plans) requireThere(collection, each);
  if (plan.kind !== "index") return;
  const { id, name } = plan.index.entry;
  if (collection.indexes.some(({ entry }) => entry.id === id)) return;
  throw new MongoError("QueryPlanKilled", `index '${name}' dropped`);
}

function* candidates(
  collection: Collection,
  plan: Plan,
  work: Work | undefined,
): Generator<StoredDocument> {
  switch (plan.kind) {
    case "none":
      return;
    case "id": {
      if (work) work.keysExamined += 1;
      const found = collection.findById(plan.key);
      if (found) yield found;
      return;
    }
    case "scan":
      yield* collection.scan({ reverse: plan.reverse });
      return;
    case "index":
      yield* throughIndex(collection, plan, work);
      return;
    default:
      yield* throughAll(collection, plan.plans, work);
  }
}

function* throughAll(collection: Collection, plans: readonly Plan[], work: Work | undefined) {
  const seen = new Set<number>();
  for (const plan of plans) {
    for (const document of candidates(collection, plan, work)) {
      if (seen.has(document.recordId)) continue;
      seen.add(document.recordId);
      yield document;
    }
  }
}

function* throughIndex(collection: Collection, plan: IndexPlan, work: Work | undefined) {
  const seen = plan.index.entry.multikey ? new Set<number>() : undefined;
  for (const recordId of recordIds(collection, plan)) {
    if (work) work.keysExamined += 1;
    if (seen?.has(recordId)) continue;
    seen?.add(recordId);
    const bytes = collection.get(recordId);
    if (bytes) yield { recordId, bytes };
  }
}

function* recordIds(collection: Collection, { index, intervals, reverse }: IndexPlan) {
  const { id, unique } = index.entry;
  for (const { from, to, point } of reverse ? [...intervals].reverse() : intervals) {
    if (point && unique) {
      const value = collection.storage.get(indexEntryKey(id, from));
      if (value) yield readRecordId(value, 0);
      continue;
    }
    const last =
      to.length === 2 && to[0] === 0xff
        ? afterPrefix(indexEntryKey(id, noBytes))
        : indexEntryKey(id, to);
    for (const [key, value] of collection.storage.range(indexEntryKey(id, from), last, {
      reverse,
    })) {
      yield unique ? readRecordId(value, 0) : readRecordId(key, key.length - 6);
    }
  }
}

const noBytes = new Uint8Array(0);

function* inOrder(
  found: Iterable<StoredDocument | undefined>,
  sort: Document,
  limit: number,
): Generator<StoredDocument | undefined> {
  const sorter = new Sorter({ sort, limit });
  for (const document of found) {
    if (document) sorter.add(document);
    else yield undefined;
  }
  yield* sorter.result();
}
