import { readInt64 } from "../bson/bytes.ts";
import { types } from "../bson/element.ts";
import type { Catalog } from "./catalog.ts";
import type { Collection, StoredDocument } from "./collection.ts";
import { keysFor } from "./index-keys.ts";
import type { Index } from "./index-spec.ts";

const removedAtOnce = 5_000;

/** Removes the documents whose time is over by a TTL index. Returns how many. */
export function expireDocuments(catalog: Catalog, now: Date): number {
  let removed = 0;
  for (const db of catalog.databases()) {
    for (const collection of catalog.inDatabase(db)) {
      for (const index of collection.indexes) removed += expireBy(collection, index, now);
    }
  }
  return removed;
}

function expireBy(collection: Collection, index: Index, now: Date): number {
  const { expireAfterSeconds } = index.entry;
  if (expireAfterSeconds === undefined) return 0;
  const before = BigInt(now.getTime() - expireAfterSeconds * 1000);
  const expired: StoredDocument[] = [];
  for (const stored of collection.scan()) {
    if (isExpired(index, { collection, stored, before })) expired.push(stored);
    if (expired.length >= removedAtOnce) break;
  }
  if (expired.length > 0) collection.remove(expired);
  return expired.length;
}

/** Of several dates the earliest counts; a document without one stays. */
function isExpired(
  index: Index,
  {
    collection,
    stored,
    before,
  }: { collection: Collection; stored: StoredDocument; before: bigint },
): boolean {
  if (!collection.belongs(index, stored.bytes)) return false;
  return keysFor(index, stored.bytes).keys.some(({ values: [value] }) => {
    if (value === undefined || value === "empty array" || value.type !== types.date) return false;
    return readInt64(value.bytes, value.start) <= before;
  });
}
