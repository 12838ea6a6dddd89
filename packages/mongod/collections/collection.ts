import { afterPrefix } from "../bson/bytes.ts";
import { encode } from "../bson/codec.ts";
import { MongoError } from "../errors.ts";
import type { Change, Storage } from "../storage.ts";
import { Batch } from "./batch.ts";
import type { CollectionEntry } from "./collection-entry.ts";
import { withIdFirst } from "./document-id.ts";
import { checkSize } from "./document-size.ts";
import { IndexSet, type IndexTarget } from "./index-set.ts";
import type { Index, IndexEntry } from "./index-spec.ts";
import {
  catalogKey,
  indexEntryKey,
  indexKind,
  ownPrefix,
  readRecordId,
  recordIdOf,
  recordKey,
  recordKind,
} from "./layout.ts";

/** One stored document: where it lies, and its bytes. */
export interface StoredDocument {
  readonly recordId: number;
  readonly bytes: Uint8Array;
}

/** That an index leads from a key to a document. */
export interface StoredEntry {
  readonly key: Uint8Array;
  readonly recordId: number;
}

/**
 * The documents of one collection and their index entries, always changed together in one
 * atomic batch. Everything here is synchronous, so nothing comes between a check and its write.
 */
export class Collection {
  readonly storage: Storage;
  #entry: CollectionEntry;
  readonly #indexes: IndexSet;
  #nextRecordId: number;
  #count: number | undefined;
  #dataSize: number | undefined;
  #isDropped = false;
  /** Rises with each change of documents, so that one can tell whether there was any. */
  writes = 0;

  constructor(storage: Storage, entry: CollectionEntry) {
    this.storage = storage;
    this.#entry = entry;
    this.#indexes = new IndexSet(entry.indexes);
    this.#nextRecordId = this.#lastRecordId() + 1;
  }

  get entry(): CollectionEntry {
    return this.#entry;
  }

  get namespace(): string {
    return this.#entry.namespace;
  }

  get indexes(): readonly Index[] {
    return this.#indexes.ready;
  }

  /** Some index is not complete yet. */
  get isBuilding(): boolean {
    return this.#indexes.isBuilding;
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
    this.#indexes.use(entry.indexes);
  }

  /** It is gone from the catalog, or on its way. */
  markDropped(): void {
    this.#isDropped = true;
  }

  /** Throws QueryPlanKilled if the collection was dropped while others had their turn. */
  requireThere(): void {
    if (!this.#isDropped) return;
    throw new MongoError("QueryPlanKilled", `collection dropped: ${this.namespace}`);
  }

  get(recordId: number): Uint8Array | undefined {
    return this.storage.get(recordKey(this.#entry.id, recordId));
  }

  /** The document with this `_id`, given as its ordered key. */
  findById(key: Uint8Array): StoredDocument | undefined {
    const [idIndex] = this.#indexes.ready;
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
    const { recordId } = stored;
    this.#indexes.change({ before: stored.bytes, after: document }, this.#target(recordId, batch));
    batch.put(recordKey(this.#entry.id, recordId), document);
    this.#commit(batch);
    this.#grow(0, document.length - stored.bytes.length);
  }

  /** Takes stored documents away, all in one batch. */
  remove(stored: readonly StoredDocument[]): void {
    const batch = new Batch(this.storage);
    let size = 0;
    for (const document of stored) {
      const { bytes, recordId } = document;
      this.#indexes.change({ before: bytes }, this.#target(recordId, batch));
      batch.delete(recordKey(this.#entry.id, recordId));
      size += document.bytes.length;
    }
    this.#commit(batch);
    this.#grow(-stored.length, -size);
  }

  /** From here on an index is kept, but queries do not use it before `endIndex`. */
  beginIndex(entry: IndexEntry): Index {
    return this.#indexes.beginBuild(entry);
  }

  /**
   * Adds the entries for documents behind a record, until `isEnough` says so, in one batch.
   * Returns the last record it came to, or undefined at the end. Throws DuplicateKey.
   */
  indexSome(index: Index, after: number, isEnough: () => boolean): number | undefined {
    const { id } = this.#entry;
    const batch = new Batch(this.storage);
    const to = afterPrefix(ownPrefix(recordKind, id));
    let last: number | undefined;
    for (const [key, bytes] of this.storage.range(recordKey(id, after + 1), to)) {
      const recordId = recordIdOf(key);
      this.#indexes.changeOne(index, { after: bytes }, this.#target(recordId, batch));
      last = recordId;
      if (isEnough()) break;
      last = undefined;
    }
    if (batch.changes.size > 0) this.storage.write([...batch.changes.values()]);
    return last;
  }

  /** Queries use the index from here on; or it is given up, and the caller clears it. */
  endIndex(index: Index, { isComplete }: { isComplete: boolean }): void {
    const entry = this.#indexes.endBuild(index);
    if (!isComplete) return;
    const changed = { ...this.#entry, indexes: [...this.#entry.indexes, entry] };
    this.#commit(new Batch(this.storage), changed);
  }

  /** The changes that take an index, or everything the collection has, away. */
  *changesToClear(index?: Index): Generator<Change> {
    const gone = index ? [index] : this.#indexes.ready;
    for (const { entry } of gone) yield* this.#clear(indexKind, entry.id);
    if (!index) yield* this.#clear(recordKind, this.#entry.id);
  }

  /** Whether the index leads from this key to this document. */
  hasEntry({ entry }: Index, { key, recordId }: StoredEntry): boolean {
    if (!entry.unique)
      return this.storage.get(indexEntryKey(entry.id, key, recordId)) !== undefined;
    const holder = this.storage.get(indexEntryKey(entry.id, key));
    return holder !== undefined && readRecordId(holder, 0) === recordId;
  }

  /** The entries of an index, for `validate`. */
  *entriesOf({ entry }: Index): Generator<StoredEntry> {
    const from = ownPrefix(indexKind, entry.id);
    for (const [key, value] of this.storage.range(from, afterPrefix(from))) {
      const end = entry.unique ? key.length : key.length - 6;
      const recordId = entry.unique ? readRecordId(value, 0) : readRecordId(key, end);
      yield { key: key.subarray(from.length, end), recordId };
    }
  }

  /** Whether `document` belongs into `index`, as far as a partial index says. */
  belongs(index: Index, document: Uint8Array): boolean {
    return this.#indexes.belongs(index, document);
  }

  #insertOne(given: Uint8Array, batch: Batch): number {
    const document = withIdFirst(given);
    checkSize(document);
    const recordId = this.#nextRecordId;
    const attempt = batch.fork();
    this.#indexes.change({ after: document }, this.#target(recordId, attempt));
    attempt.put(recordKey(this.#entry.id, recordId), document);
    batch.join(attempt);
    this.#nextRecordId += 1;
    return document.length;
  }

  #target(recordId: number, batch: Batch): IndexTarget {
    return { recordId, batch, namespace: this.namespace };
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
    this.writes += 1;
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
