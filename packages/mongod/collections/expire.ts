import { setImmediate as othersTurn } from "node:timers/promises";
import { find } from "../query/execute.ts";
import type { Catalog } from "./catalog.ts";
import type { Collection } from "./collection.ts";
import type { Index } from "./index-spec.ts";

const removedAtOnce = 1_000;

interface Occasion {
  readonly now: Date;
  /** Ends the work after the batch that is under way. */
  readonly signal?: AbortSignal;
}

/** Removes the documents whose time is over by a TTL index, in batches. Resolves with how many. */
export async function expireDocuments(catalog: Catalog, occasion: Occasion): Promise<number> {
  const collections = catalog.databases().flatMap((db) => catalog.inDatabase(db));
  let removed = 0;
  for (const collection of collections) {
    for (const index of collection.indexes) {
      if (index.entry.expireAfterSeconds === undefined) continue;
      removed += await expireBy(index, { catalog, collection, occasion });
    }
  }
  return removed;
}

interface Place {
  readonly catalog: Catalog;
  readonly collection: Collection;
  readonly occasion: Occasion;
}

async function expireBy(
  index: Index,
  { catalog, collection, occasion: { now, signal } }: Place,
): Promise<number> {
  let removed = 0;
  for (;;) {
    if (signal?.aborted || catalog.get(collection.namespace) !== collection) return removed;
    const batch = expireSome(collection, index, now);
    if (batch === 0) return removed;
    removed += batch;
    await othersTurn();
  }
}

/** Of several dates in an array the earliest counts; a document without one stays. */
function expireSome(collection: Collection, { entry }: Index, now: Date): number {
  const [field] = Object.keys(entry.key);
  const isThere = collection.indexes.some((index) => index.entry.name === entry.name);
  if (entry.expireAfterSeconds === undefined || field === undefined || !isThere) return 0;
  const before = new Date(now.getTime() - entry.expireAfterSeconds * 1000);
  const filter = { [field]: { $lte: before } };
  const expired = [...find(collection, { filter, hint: entry.name, limit: removedAtOnce })];
  if (expired.length > 0) collection.remove(expired);
  return expired.length;
}
