import { sameBytes } from "../bson/bytes.ts";
import { decodeElement } from "../bson/codec.ts";
import { textOf } from "../bson/text.ts";
import { MongoError } from "../errors.ts";
import type { Batch } from "./batch.ts";
import { type IndexKey, type IndexKeys, keysFor } from "./index-keys.ts";
import type { Index } from "./index-spec.ts";
import { indexEntryKey, readRecordId, recordIdBytes } from "./layout.ts";

/** A document as it was and as it will be; undefined where the index does not hold it. */
export interface Changed {
  readonly before?: Uint8Array | undefined;
  readonly after?: Uint8Array | undefined;
}

export interface EntryTarget {
  readonly recordId: number;
  readonly batch: Batch;
  /** For the text of a DuplicateKey. */
  readonly namespace: string;
}

const noBytes = new Uint8Array(0);
const noKeys: IndexKeys = { keys: [], multikey: false };

/**
 * Puts into the batch what has to change in an index when a document comes, goes or changes.
 * Throws DuplicateKey if a unique index has the new key for another document.
 */
export function changeEntries(index: Index, { before, after }: Changed, target: EntryTarget): void {
  const old = before ? keysFor(index, before) : noKeys;
  const now = after ? keysFor(index, after) : noKeys;
  for (const key of old.keys) {
    if (!includes(now.keys, key)) removeEntry(index, key, target);
  }
  for (const key of now.keys) {
    if (!includes(old.keys, key)) addEntry(index, key, target);
  }
  if (now.multikey && !index.entry.multikey) target.batch.multikey.add(index.entry.id);
}

function includes(keys: readonly IndexKey[], { bytes }: IndexKey): boolean {
  return keys.some((key) => sameBytes(key.bytes, bytes));
}

function removeEntry({ entry }: Index, key: IndexKey, { recordId, batch }: EntryTarget): void {
  const entryKey = indexEntryKey(entry.id, key.bytes, entry.unique ? undefined : recordId);
  if (entry.unique) {
    // While an index is built, the entry may be that of another document with the same key.
    const holder = batch.get(entryKey);
    if (holder && readRecordId(holder, 0) !== recordId) return;
  }
  batch.delete(entryKey);
}

function addEntry(index: Index, key: IndexKey, { recordId, batch, namespace }: EntryTarget): void {
  const { id, unique } = index.entry;
  if (!unique) {
    batch.put(indexEntryKey(id, key.bytes, recordId), noBytes);
    return;
  }
  const entryKey = indexEntryKey(id, key.bytes);
  const holder = batch.get(entryKey);
  if (holder && readRecordId(holder, 0) !== recordId) throw duplicate(index, key, namespace);
  batch.put(entryKey, recordIdBytes(recordId));
}

function duplicate({ entry }: Index, key: IndexKey, namespace: string): MongoError {
  const values = key.values.map(decodedValue);
  const names = Object.keys(entry.key);
  const keyValue = Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));
  const text =
    `E11000 duplicate key error collection: ${namespace} index: ${entry.name} ` +
    `dup key: ${textOf(keyValue)}`;
  return new MongoError("DuplicateKey", text, { keyPattern: entry.key, keyValue });
}

function decodedValue(value: IndexKey["values"][number]): unknown {
  if (value === undefined) return null;
  return value === "empty array" ? undefined : decodeElement(value);
}
