import { sameBytes } from "../bson/bytes.ts";
import type { Collection, StoredDocument } from "../collections/collection.ts";
import type { Steps, Turns } from "../turns.ts";
import { findInTurns, type Query } from "./execute.ts";
import { compileFilter } from "./filter.ts";
import { type Predicate, rootElement } from "./predicates.ts";

/** A query for documents that are written at once, before others have their turn. */
export interface WriteQuery extends Query {
  readonly turns: Turns;
}

/**
 * All documents that a write is for, each as it is stored now; `undefined` where others have
 * their turn. None comes twice, also if its change moves it within the index that is read.
 */
export function* allToWrite(
  collection: Collection,
  query: WriteQuery,
): Generator<StoredDocument | undefined> {
  const asItIsNow = matcherAnew(collection, query);
  const given = new Set<number>();
  let othersWrote = false;
  for (const found of findInTurns(collection, { ...query, isSlowlyRead: true })) {
    if (!found) {
      const { writes } = collection;
      yield undefined;
      othersWrote ||= collection.writes !== writes;
      continue;
    }
    if (given.has(found.recordId)) continue;
    const current = othersWrote ? asItIsNow(found) : found;
    if (!current) continue;
    given.add(current.recordId);
    yield current;
  }
}

/** The first of them. If others took it away while it was looked for, another is. */
export function* firstToWrite(
  collection: Collection,
  query: WriteQuery,
): Steps<StoredDocument | undefined> {
  for (;;) {
    let first: StoredDocument | undefined;
    let othersCame = false;
    for (const found of findInTurns(collection, { ...query, limit: 1 })) {
      first = found;
      if (found) break;
      othersCame = true;
      yield undefined;
    }
    if (!first || !othersCame) return first;
    const current = matcherAnew(collection, query)(first);
    if (current) return current;
  }
}

/** Reads a document again, and gives it if it is still one of those that the query is for. */
function matcherAnew(
  collection: Collection,
  { filter, variables }: Query,
): (found: StoredDocument) => StoredDocument | undefined {
  let matches: Predicate | undefined;
  return (found) => {
    const { recordId } = found;
    const bytes = collection.get(recordId);
    if (!bytes) return undefined;
    if (sameBytes(bytes, found.bytes)) return found;
    matches ??= compileFilter(filter, { variables });
    return matches(rootElement(bytes)) ? { recordId, bytes } : undefined;
  };
}
