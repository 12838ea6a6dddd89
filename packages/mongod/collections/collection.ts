import { type Document, ObjectId } from "bson";
import { afterPrefix, asBuffer, sameBytes } from "../bson/bytes.ts";
import { decodeElement, encode } from "../bson/codec.ts";
import { type Element, fieldsOf, findField, types } from "../bson/element.ts";
import { textOf } from "../bson/text.ts";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { compileFilter, type Predicate, rootElement } from "../query/filter.ts";
import type { Change, Storage } from "../storage.ts";
import { type IndexKey, keysFor } from "./index-keys.ts";
import { type Index, type IndexEntry, openIndex } from "./index-spec.ts";
import {
  catalogKey,
  indexEntryKey,
  indexKind,
  ownPrefix,
  readRecordId,
  recordIdBytes,
  recordIdOf,
  recordKey,
  recordKind,
} from "./layout.ts";

/** A collection's catalog entry. */
export interface CollectionEntry {
  readonly namespace: string;
  readonly id: number;
  readonly uuid: Uint8Array;
  readonly options: Document;
  readonly indexes: readonly IndexEntry[];
}

/** One stored document: where it lies, and its bytes. */
export interface StoredDocument {
  readonly recordId: number;
  readonly bytes: Uint8Array;
}

const idName = Buffer.from("_id");

/**
 * The documents of one collection and their index entries, always changed together in one
 * atomic batch. Everything here is synchronous, so nothing comes between a check and its write.
 */
export class Collection {
  readonly storage: Storage;
  #entry: CollectionEntry;
  #indexes: readonly Index[] = [];
  #partial = new Map<number, Predicate>();
  #nextRecordId: number;
  #count: number | undefined;
  #dataSize: number | undefined;

  constructor(storage: Storage, entry: CollectionEntry) {
    this.storage = storage;
    this.#entry = entry;
    this.#useEntry(entry);
    this.#nextRecordId = this.#lastRecordId() + 1;
  }

  get entry(): CollectionEntry {
    return this.#entry;
  }

  get namespace(): string {
    return this.#entry.namespace;
  }

  get indexes(): readonly Index[] {
    return this.#indexes;
  }

  /** How many documents there are; counted once, then kept. */
  get count(): number {
    if (this.#count === undefined) this.#measure();
    return this.#count ?? 0;
  }

  /** The bytes of all documents together. */
  get dataSize(): number {
    if (this.#dataSize === undefined) this.#measure();
    return this.#dataSize ?? 0;
  }

  /** Takes over a changed catalog entry, which the caller has written or writes. */
  replaceEntry(entry: CollectionEntry): void {
    this.#entry = entry;
    this.#useEntry(entry);
  }

  get(recordId: number): Uint8Array | undefined {
    return this.storage.get(recordKey(this.#entry.id, recordId));
  }

  /** The document with this `_id`, given as its ordered key. */
  findById(key: Uint8Array): StoredDocument | undefined {
    const idIndex = this.#indexes[0];
    if (!idIndex) return undefined;
    const value = this.storage.get(indexEntryKey(idIndex.entry.id, key));
    if (!value) return undefined;
    const recordId = readRecordId(value, 0);
    const bytes = this.get(recordId);
    return bytes && { recordId, bytes };
  }

  /** All documents in the order they were inserted, or backwards. */
  *scan(options: { reverse?: boolean } = {}): Generator<StoredDocument> {
    const from = ownPrefix(recordKind, this.#entry.id);
    for (const [key, bytes] of this.storage.range(from, afterPrefix(from), options)) {
      yield { recordId: recordIdOf(key), bytes };
    }
  }

  /**
   * Inserts documents in order, each whole or not at all. Tells what was wrong with which; if
   * `ordered`, nothing after the first error is tried.
   */
  insert(documents: readonly Uint8Array[], ordered = true): InsertResult {
    const batch = new Batch(this.storage);
    const errors: { index: number; error: MongoError }[] = [];
    let inserted = 0;
    let size = 0;
    for (const [index, document] of documents.entries()) {
      try {
        size += this.#insertOne(document, batch);
        inserted += 1;
      } catch (error) {
        if (!(error instanceof MongoError)) throw error;
        errors.push({ index, error });
        if (ordered) break;
      }
    }
    this.#commit(batch);
    this.#grow(inserted, size);
    return { inserted, errors };
  }

  /** Puts `document` in the place of a stored one. Throws DuplicateKey and changes nothing. */
  replace(stored: StoredDocument, document: Uint8Array): void {
    checkSize(document);
    const batch = new Batch(this.storage);
    for (const index of this.#indexes) {
      this.#replaceKeys(index, { stored, document, batch });
    }
    batch.put(recordKey(this.#entry.id, stored.recordId), document);
    this.#commit(batch);
    this.#grow(0, document.length - stored.bytes.length);
  }

  /** Takes stored documents away, all in one batch. */
  remove(stored: readonly StoredDocument[]): void {
    const batch = new Batch(this.storage);
    let size = 0;
    for (const document of stored) {
      this.#removeKeys(document, batch);
      batch.delete(recordKey(this.#entry.id, document.recordId));
      size += document.bytes.length;
    }
    this.#commit(batch);
    this.#grow(-stored.length, -size);
  }

  /** Adds an index and its entries for all documents. Throws DuplicateKey and adds nothing. */
  addIndex(entry: IndexEntry): void {
    const batch = new Batch(this.storage);
    const index = openIndex(entry);
    this.#compilePartial(entry);
    const previous = this.#indexes;
    this.#indexes = [...previous, index];
    try {
      for (const { recordId, bytes } of this.scan()) {
        this.#addKeys(index, { document: bytes, recordId, batch });
      }
      this.#commit(batch, { ...this.#entry, indexes: [...this.#entry.indexes, entry] });
    } catch (error) {
      this.#indexes = previous;
      throw error;
    }
  }

  /** The changes that take an index, or everything the collection has, away. */
  *changesToClear(index?: Index): Generator<Change> {
    const gone = index ? [index] : this.#indexes;
    for (const { entry } of gone) yield* this.#clear(indexKind, entry.id);
    if (!index) yield* this.#clear(recordKind, this.#entry.id);
  }

  /** Whether the index leads from this key to this document. */
  hasEntry({ entry }: Index, { key, recordId }: { key: Uint8Array; recordId: number }): boolean {
    if (!entry.unique)
      return this.storage.get(indexEntryKey(entry.id, key, recordId)) !== undefined;
    const holder = this.storage.get(indexEntryKey(entry.id, key));
    return holder !== undefined && readRecordId(holder, 0) === recordId;
  }

  /** The entries of an index, for `validate`. */
  countEntries({ entry }: Index): number {
    const from = ownPrefix(indexKind, entry.id);
    let count = 0;
    for (const _ of this.storage.range(from, afterPrefix(from))) count += 1;
    return count;
  }

  /** Whether `document` belongs into `index`, as far as a partial index says. */
  belongs(index: Index, document: Uint8Array): boolean {
    const filter = this.#partial.get(index.entry.id);
    return !filter || filter(rootElement(document));
  }

  #insertOne(given: Uint8Array, batch: Batch): number {
    const document = withIdFirst(given);
    checkSize(document);
    const recordId = this.#nextRecordId;
    const attempt = batch.fork();
    for (const index of this.#indexes) this.#addKeys(index, { document, recordId, batch: attempt });
    attempt.put(recordKey(this.#entry.id, recordId), document);
    batch.join(attempt);
    this.#nextRecordId += 1;
    return document.length;
  }

  #addKeys(index: Index, { document, recordId, batch }: Placed): void {
    if (!this.belongs(index, document)) return;
    const { keys, multikey } = keysFor(index, document);
    if (multikey && !index.entry.multikey) batch.multikey.add(index.entry.id);
    for (const key of keys) this.#addKey(index, key, { recordId, batch });
  }

  #addKey(index: Index, key: IndexKey, { recordId, batch }: { recordId: number; batch: Batch }) {
    if (!index.entry.unique) {
      batch.put(indexEntryKey(index.entry.id, key.bytes, recordId), noBytes);
      return;
    }
    const entryKey = indexEntryKey(index.entry.id, key.bytes);
    const holder = batch.get(entryKey);
    if (holder && readRecordId(holder, 0) !== recordId) throw this.#duplicate(index, key);
    batch.put(entryKey, recordIdBytes(recordId));
  }

  #removeKeys({ recordId, bytes }: StoredDocument, batch: Batch): void {
    for (const index of this.#indexes) {
      if (!this.belongs(index, bytes)) continue;
      for (const key of keysFor(index, bytes).keys)
        this.#removeKey(index, key, { recordId, batch });
    }
  }

  #removeKey(index: Index, key: IndexKey, { recordId, batch }: { recordId: number; batch: Batch }) {
    batch.delete(
      indexEntryKey(index.entry.id, key.bytes, index.entry.unique ? undefined : recordId),
    );
  }

  #replaceKeys(
    index: Index,
    { stored, document, batch }: { stored: StoredDocument; document: Uint8Array; batch: Batch },
  ): void {
    const { recordId } = stored;
    const before = this.belongs(index, stored.bytes) ? keysFor(index, stored.bytes).keys : [];
    const after = this.belongs(index, document) ? keysFor(index, document) : noKeys;
    const has = (keys: readonly IndexKey[], key: IndexKey) =>
      keys.some((other) => sameBytes(other.bytes, key.bytes));
    for (const key of before) {
      if (!has(after.keys, key)) this.#removeKey(index, key, { recordId, batch });
    }
    for (const key of after.keys) {
      if (!has(before, key)) this.#addKey(index, key, { recordId, batch });
    }
    if (after.multikey && !index.entry.multikey) batch.multikey.add(index.entry.id);
  }

  /** Writes a batch, and the catalog entry with it where that changed. */
  #commit(batch: Batch, changed?: CollectionEntry): void {
    let entry = changed;
    if (batch.multikey.size > 0) {
      const base = entry ?? this.#entry;
      const indexes = base.indexes.map((index) =>
        batch.multikey.has(index.id) ? { ...index, multikey: true } : index,
      );
      entry = { ...base, indexes };
    }
    if (entry) batch.put(catalogKey(entry.namespace), encode(entry));
    if (batch.changes.size > 0) this.storage.write([...batch.changes.values()]);
    if (entry) this.replaceEntry(entry);
  }

  #useEntry(entry: CollectionEntry): void {
    this.#indexes = entry.indexes.map(openIndex);
    this.#partial.clear();
    for (const index of entry.indexes) this.#compilePartial(index);
  }

  #compilePartial({ id, partialFilterExpression }: IndexEntry): void {
    if (partialFilterExpression) this.#partial.set(id, compileFilter(partialFilterExpression));
  }

  #duplicate(index: Index, key: IndexKey): MongoError {
    const values = key.values.map(elementValue);
    const names = Object.keys(index.entry.key);
    const keyValue = Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));
    const text =
      `E11000 duplicate key error collection: ${this.namespace} index: ${index.entry.name} ` +
      `dup key: ${textOf(keyValue)}`;
    return new MongoError("DuplicateKey", text, { keyPattern: index.entry.key, keyValue });
  }

  #lastRecordId(): number {
    for (const { recordId } of this.scan({ reverse: true })) return recordId;
    return 0;
  }

  #measure(): void {
    let count = 0;
    let size = 0;
    for (const { bytes } of this.scan()) {
      count += 1;
      size += bytes.length;
    }
    this.#count = count;
    this.#dataSize = size;
  }

  #grow(count: number, size: number): void {
    if (this.#count !== undefined) this.#count += count;
    if (this.#dataSize !== undefined) this.#dataSize += size;
  }

  *#clear(kind: number, id: number): Generator<Change> {
    const from = ownPrefix(kind, id);
    for (const [key] of this.storage.range(from, afterPrefix(from)))
      yield { key, value: undefined };
  }
}

export interface InsertResult {
  readonly inserted: number;
  readonly errors: readonly { readonly index: number; readonly error: MongoError }[];
}

interface Placed {
  readonly document: Uint8Array;
  readonly recordId: number;
  readonly batch: Batch;
}

const noBytes = new Uint8Array(0);
const noKeys = { keys: [], multikey: false };

/** Changes that are not written yet; reads see them before what is stored. */
class Batch {
  readonly storage: Pick<Storage, "get">;
  readonly changes = new Map<string, Change>();
  /** Indexes that become multikey with this batch. */
  readonly multikey = new Set<number>();

  constructor(storage: Pick<Storage, "get">) {
    this.storage = storage;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const change = this.changes.get(nameOf(key));
    return change ? change.value : this.storage.get(key);
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.changes.set(nameOf(key), { key, value });
  }

  delete(key: Uint8Array): void {
    this.changes.set(nameOf(key), { key, value: undefined });
  }

  /** Changes on top of these, which may yet be thrown away. */
  fork(): Batch {
    return new Batch(this);
  }

  join(fork: Batch): void {
    for (const [name, change] of fork.changes) this.changes.set(name, change);
    for (const id of fork.multikey) this.multikey.add(id);
  }
}

function nameOf(key: Uint8Array): string {
  return asBuffer(key).toString("latin1");
}

function elementValue(value: Element | "empty array" | undefined): unknown {
  if (value === undefined) return null;
  return value === "empty array" ? undefined : decodeElement(value);
}

function checkSize(document: Uint8Array): void {
  if (document.length <= limits.maxBsonObjectSize) return;
  throw new MongoError(
    "BSONObjectTooLarge",
    `object to insert too large. size in bytes: ${document.length}, ` +
      `max size: ${limits.maxBsonObjectSize}`,
  );
}

/** The document with its `_id` as its first field, made if there is none. */
export function withIdFirst(document: Uint8Array): Uint8Array {
  const id = findField(document, 0, idName);
  if (id) refuseBadId(id);
  if (id?.start === 4 + 1 + idName.length + 1) return document;
  const fields: Uint8Array[] = [id ? field(id) : newId()];
  for (const [name, element] of fieldsOf(document)) {
    if (name === "_id") continue;
    const start = element.start - Buffer.byteLength(name) - 2;
    fields.push(document.subarray(start, element.end));
  }
  const body = Buffer.concat(fields);
  const result = Buffer.allocUnsafe(body.length + 5);
  result.writeInt32LE(result.length, 0);
  result.set(body, 4);
  result[result.length - 1] = 0;
  return result;
}

function field({ type, bytes, start, end }: Element): Uint8Array {
  return Buffer.concat([Uint8Array.of(type), idName, Uint8Array.of(0), bytes.subarray(start, end)]);
}

function newId(): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(types.objectId),
    idName,
    Uint8Array.of(0),
    new ObjectId().id,
  ]);
}

function refuseBadId({ type, bytes, start }: Element): void {
  if (type === types.array)
    throw new MongoError("InvalidOptions", "The '_id' value cannot be of type array");
  if (type === types.regex)
    throw new MongoError("InvalidOptions", "The '_id' value cannot be of type regex");
  if (type === types.undefined) {
    throw new MongoError("InvalidOptions", "The '_id' value cannot be of type undefined");
  }
  if (type !== types.object) return;
  for (const [name] of fieldsOf(bytes, start)) {
    if (!name.startsWith("$")) continue;
    const text = `The '_id' value cannot have fields whose names begin with '$': ${name}`;
    throw new MongoError("DollarPrefixedFieldName", text);
  }
}
