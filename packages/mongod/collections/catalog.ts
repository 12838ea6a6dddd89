import { randomUUID } from "node:crypto";
import { Binary, type Document, UUID } from "bson";
import { isDocument, toNumber } from "../arguments.ts";
import { afterPrefix } from "../bson/bytes.ts";
import { decode, encode } from "../bson/codec.ts";
import { MongoError } from "../errors.ts";
import { type Change, type Storage, StorageFull } from "../storage.ts";
import type { Turns } from "../turns.ts";
import { Collection } from "./collection.ts";
import type { CollectionEntry } from "./collection-entry.ts";
import type { Index, IndexEntry } from "./index-spec.ts";
import {
  catalogFrom,
  catalogKey,
  catalogTo,
  idOfPrefix,
  indexKind,
  nextIdKey,
  ownPrefix,
  recordKind,
} from "./layout.ts";

const temporaryPrefix = "tmp.agg_out.";
const clearedAtOnce = 10_000;
const indexedAtOnce = 2_000;

/** All collections of the server. Changes to it are written before they are visible. */
export class Catalog {
  readonly storage: Storage;
  #collections = new Map<string, Collection>();
  #nextId = 1;

  constructor(storage: Storage) {
    this.storage = storage;
    const stored = storage.get(nextIdKey);
    if (stored) this.#nextId = toNumber(decode(stored).nextId) ?? 1;
    for (const [, bytes] of storage.range(catalogFrom, catalogTo)) {
      const entry = parseEntry(decode(bytes));
      this.#collections.set(entry.namespace, new Collection(storage, entry));
    }
    this.#forgetTemporary();
    this.#sweep();
  }

  get(namespace: string): Collection | undefined {
    return this.#collections.get(namespace);
  }

  /** The collection, created if it is not there yet. */
  getOrCreate(namespace: string): Collection {
    return this.#collections.get(namespace) ?? this.create(namespace);
  }

  /** The collections of one database, sorted by name. */
  inDatabase(db: string): Collection[] {
    return [...this.#collections.values()]
      .filter(({ namespace }) => databaseOf(namespace) === db)
      .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
  }

  databases(): string[] {
    return [...new Set([...this.#collections.keys()].map(databaseOf))].sort();
  }

  /** Throws InvalidNamespace, or NamespaceExists. */
  create(namespace: string, options: Document = {}): Collection {
    checkNamespace(namespace);
    if (this.#collections.has(namespace)) {
      throw new MongoError("NamespaceExists", `Collection ${namespace} already exists.`);
    }
    const id = this.#nextId;
    const idIndex: IndexEntry = { ...plainIndex, id: id + 1, name: "_id_", key: { _id: 1 } };
    const uuid = new UUID(randomUUID()).value();
    const entry = { namespace, id, uuid, options, indexes: [{ ...idIndex, unique: true }] };
    this.#nextId += 2;
    this.storage.write([
      this.#nextIdChange(),
      { key: catalogKey(namespace), value: encode(entry) },
    ]);
    const collection = new Collection(this.storage, entry);
    this.#collections.set(namespace, collection);
    return collection;
  }

  /** One that gets another name when it is complete; the next start drops it if it did not. */
  createTemporary(db: string): Collection {
    return this.create(`${db}.${temporaryPrefix}${randomUUID()}`);
  }

  /** Adds an index in one go. Throws DuplicateKey and adds nothing. */
  addIndex(collection: Collection, index: Omit<IndexEntry, "id" | "multikey">): void {
    for (const _ of this.addIndexInSteps(collection, index));
  }

  /**
   * The same, with a break in the sequence wherever `turns` asks for one: documents may come,
   * change and go meanwhile. A crash leaves entries that no catalog entry knows, for the sweep.
   */
  *addIndexInSteps(
    collection: Collection,
    wanted: Omit<IndexEntry, "id" | "multikey">,
    turns?: Turns,
  ): Generator<undefined> {
    const id = this.#nextId;
    this.#nextId += 1;
    this.storage.write([this.#nextIdChange()]);
    const index = collection.beginIndex({ ...wanted, id, multikey: false });
    let isComplete = false;
    try {
      yield* this.#fill(collection, index, turns);
      isComplete = true;
    } finally {
      collection.endIndex(index, { isComplete });
      if (!isComplete) this.#clearIfPossible(collection.changesToClear(index));
    }
  }

  *#fill(collection: Collection, index: Index, turns: Turns | undefined): Generator<undefined> {
    let indexed = 0;
    const isEnough = () => {
      indexed += 1;
      return indexed % indexedAtOnce === 0 || (indexed % 32 === 0 && turns?.isOver() === true);
    };
    let after: number | undefined = 0;
    for (;;) {
      after = collection.indexSome(index, after, isEnough);
      if (after === undefined) return;
      if (!turns?.isOver()) continue;
      yield undefined;
      if (this.get(collection.namespace) !== collection) {
        throw new MongoError("IndexBuildAborted", "collection dropped during the index build");
      }
      turns.begin();
    }
  }

  dropIndex(collection: Collection, index: Index): void {
    const { entry } = collection;
    const indexes = entry.indexes.filter(({ id }) => id !== index.entry.id);
    const clearing = [...collection.changesToClear(index)];
    this.#replace(collection, { ...entry, indexes });
    this.#clear(clearing);
  }

  /** Changes what an index or a collection is set to. */
  change(collection: Collection, changes: Partial<CollectionEntry>): void {
    this.#replace(collection, { ...collection.entry, ...changes });
  }

  drop(collection: Collection): void {
    this.storage.write([{ key: catalogKey(collection.namespace), value: undefined }]);
    this.#collections.delete(collection.namespace);
    collection.markDropped();
    this.#clear(collection.changesToClear());
  }

  /** Gives a collection another name; `target`, if there is one, is dropped with it. */
  rename(collection: Collection, to: string, target?: Collection): void {
    checkNamespace(to);
    const from = collection.namespace;
    const entry = { ...collection.entry, namespace: to };
    this.storage.write([
      { key: catalogKey(from), value: undefined },
      { key: catalogKey(to), value: encode(entry) },
    ]);
    this.#collections.delete(from);
    collection.replaceEntry(entry);
    this.#collections.set(to, collection);
    target?.markDropped();
    if (target) this.#clearIfPossible(target.changesToClear());
  }

  #replace(collection: Collection, entry: CollectionEntry): void {
    this.storage.write([{ key: catalogKey(entry.namespace), value: encode(entry) }]);
    collection.replaceEntry(entry);
  }

  #nextIdChange(): Change {
    return { key: nextIdKey, value: encode({ nextId: this.#nextId }) };
  }

  /** In steps: what a crash leaves of it, no catalog entry knows, and the next start sweeps. */
  #clear(changes: Iterable<Change>): void {
    let batch: Change[] = [];
    for (const change of changes) {
      batch.push(change);
      if (batch.length < clearedAtOnce) continue;
      this.storage.write(batch);
      batch = [];
    }
    if (batch.length > 0) this.storage.write(batch);
  }

  /** What is left because the disk is full, the next start sweeps. */
  #clearIfPossible(changes: Iterable<Change>): void {
    try {
      this.#clear(changes);
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error;
    }
  }

  /** What they hold, the sweep finds. */
  #forgetTemporary(): void {
    for (const namespace of [...this.#collections.keys()]) {
      if (!collectionOf(namespace).startsWith(temporaryPrefix)) continue;
      this.storage.write([{ key: catalogKey(namespace), value: undefined }]);
      this.#collections.delete(namespace);
    }
  }

  #sweep(): void {
    const entries = [...this.#collections.values()].map(({ entry }) => entry);
    const known = new Set([
      ...entries.map(({ id }) => id),
      ...entries.flatMap(({ indexes }) => indexes.map(({ id }) => id)),
    ]);
    for (const kind of [recordKind, indexKind]) this.#sweepKind(kind, known);
  }

  #sweepKind(kind: number, known: ReadonlySet<number>): void {
    const to = Uint8Array.of(kind + 1);
    let from: Uint8Array = Uint8Array.of(kind);
    for (;;) {
      const [first] = this.storage.range(from, to);
      if (!first) return;
      const id = idOfPrefix(first[0]);
      const prefix = ownPrefix(kind, id);
      if (!known.has(id)) this.#clear(deletions(this.storage, prefix));
      from = afterPrefix(prefix);
    }
  }
}

function* deletions(storage: Storage, prefix: Uint8Array): Generator<Change> {
  for (const [key] of storage.range(prefix, afterPrefix(prefix))) yield { key, value: undefined };
}

const plainIndex = { unique: false, sparse: false, hidden: false, multikey: false } as const;

export function databaseOf(namespace: string): string {
  return namespace.slice(0, namespace.indexOf("."));
}

export function collectionOf(namespace: string): string {
  return namespace.slice(namespace.indexOf(".") + 1);
}

/** Throws InvalidNamespace for a name that MongoDB does not take. */
export function checkNamespace(namespace: string): void {
  const db = databaseOf(namespace);
  const name = collectionOf(namespace);
  const badName = name === "" || name.includes("\0") || name.includes("$") || name.startsWith(".");
  if (badName || db === "" || db.length > 63 || /[\s/\\."$*<>:|?\0]/.test(db)) {
    throw new MongoError("InvalidNamespace", `Invalid namespace specified '${namespace}'`);
  }
  if (Buffer.byteLength(namespace) > 255) {
    throw new MongoError(
      "InvalidNamespace",
      `Fully qualified namespace is too long. Namespace: ${namespace} Max: 255`,
    );
  }
}

function parseEntry(document: Document): CollectionEntry {
  const uuid: unknown = document.uuid;
  const indexes: unknown[] = Array.isArray(document.indexes) ? document.indexes : [];
  return {
    namespace: String(document.namespace),
    id: toNumber(document.id) ?? 0,
    uuid: uuid instanceof Binary ? uuid.value() : new Uint8Array(16),
    options: isDocument(document.options) ? document.options : {},
    indexes: indexes.filter(isDocument).map(parseIndex),
  };
}

function parseIndex(document: Document): IndexEntry {
  const partial: unknown = document.partialFilterExpression;
  const expire = toNumber(document.expireAfterSeconds);
  return {
    id: toNumber(document.id) ?? 0,
    name: String(document.name),
    key: isDocument(document.key) ? document.key : {},
    unique: document.unique === true,
    sparse: document.sparse === true,
    hidden: document.hidden === true,
    multikey: document.multikey === true,
    ...(isDocument(partial) ? { partialFilterExpression: partial } : {}),
    ...(expire === undefined ? {} : { expireAfterSeconds: expire }),
  };
}
