import { randomUUID } from "node:crypto";
import type { CallScope } from "@faultline/rpc/call";
import { alreadyExists } from "@faultline/rpc/errors";
import { Aggregator, Query } from "mingo";
import type {
  Collection,
  Document,
  Filter,
  FindOptions,
  IndexOptions,
  Mongo,
  Update,
} from "./mongo.ts";
import { packed, unpacked } from "./mongo-int64.ts";
import { projectionOf, sliced } from "./mongo-memory-projection.ts";
import { changed, equalities, valueAt } from "./mongo-memory-update.ts";
import type { Observation } from "./observation.ts";
import { observeMongo } from "./observed-mongo.ts";
import { throwIfOver } from "./within-scope.ts";

/** A database in this process, with MongoDB's query language. It is empty at first and gone at the end. */
export function createMemoryMongo(
  settings: Partial<Observation> & { readonly database?: string } = {},
): Mongo {
  const collections = new Map<string, Documents>();
  const documentsOf = (name: string) => {
    const documents = collections.get(name) ?? new Documents(name);
    collections.set(name, documents);
    return documents;
  };
  const mongo: Mongo = {
    collection: <T extends Document>(name: string) => createCollection<T>(documentsOf(name)),
    ping: async (scope) => throwIfOver(scope),
    close: async () => {},
  };
  const observation = { service: "memory", peer: "mongodb-memory", ...settings };
  return observeMongo(mongo, observation, settings.database ?? "memory");
}

/** Every method does its work in one go, so that nothing comes between: each is atomic. */
function createCollection<T extends Document>(documents: Documents): Collection<T> {
  return {
    name: documents.name,
    find: async (filter, scope, options) =>
      inScope(scope, () => documents.find(filter, options) as T[]),
    findOne: async (filter, scope, options) =>
      inScope(scope, () => {
        const [first] = documents.find(filter, { ...options, limit: 1 });
        return (first as T | undefined) ?? null;
      }),
    findBytes: async (filter, field, scope) =>
      inScope(scope, () => {
        const value = documents.find(filter, { limit: 1 })[0]?.[field];
        const isBytes = typeof value === "string" || value instanceof Uint8Array;
        return isBytes ? Buffer.from(value as Uint8Array) : null;
      }),
    aggregate: async <R extends Document>(pipeline: readonly Document[], scope: CallScope) =>
      inScope(scope, () => documents.aggregate(pipeline) as R[]),
    count: async (filter, scope) => inScope(scope, () => documents.find(filter).length),
    insertMany: async (added, scope) =>
      inScope(scope, () => {
        for (const document of added) documents.insert(document);
      }),
    updateOne: async (filter, update, scope, options) =>
      inScope(scope, () => {
        const { matched, after } = documents.update(filter, update, options?.upsert ?? false);
        return { matched: matched ? 1 : 0, upserted: !matched && after !== undefined };
      }),
    updateMany: async (filter, update, scope) =>
      inScope(scope, () => documents.updateMany(filter, update)),
    findOneAndUpdate: async (filter, update, scope, options) =>
      inScope(scope, () => {
        const { after } = documents.update(filter, update, options?.upsert ?? false);
        return after === undefined ? null : unpacked(after as T);
      }),
    deleteMany: async (filter, scope) => inScope(scope, () => documents.delete(filter)),
    ensureIndex: async (keys, scope, options) =>
      inScope(scope, () => documents.ensureIndex(Object.keys(keys), options)),
  };
}

function inScope<Result>(scope: CallScope, work: () => Result): Result {
  throwIfOver(scope);
  return work();
}

/** The documents of one collection, packed. What goes in and out is copied. */
class Documents {
  readonly name: string;
  #documents: Document[] = [];
  readonly #indexes = new Map<string, Index>([["_id", new Index(["_id"], { unique: true })]]);

  constructor(name: string) {
    this.name = name;
  }

  find(filter: Filter, { sort, limit, projection }: FindOptions = {}): Document[] {
    const { fields, slices } = projectionOf(projection);
    const cursor = new Query(packed(filter)).find<Document>(this.#documents, fields);
    if (sort) cursor.sort({ ...sort });
    if (limit) cursor.limit(limit);
    return cursor.all().map((document) => sliced(unpacked(document), slices));
  }

  aggregate(pipeline: readonly Document[]): Document[] {
    return unpacked(new Aggregator(packed([...pipeline])).run(packed(this.#documents)));
  }

  insert(document: Document): Document {
    const added = packed({ _id: randomUUID(), ...document });
    this.#assertUnique(added);
    this.#documents.push(added);
    return added;
  }

  update(filter: Filter, update: Update, upsert: boolean): { matched: boolean; after?: Document } {
    const query = new Query(packed(filter));
    const at = this.#documents.findIndex((document) => query.test(document));
    if (at >= 0) return { matched: true, after: this.#change(at, packed(update)) };
    if (!upsert) return { matched: false };
    const added = changed(equalities(packed(filter)), packed(update), true);
    return { matched: false, after: this.insert(added) };
  }

  updateMany(filter: Filter, update: Update): number {
    const query = new Query(packed(filter));
    const matching = [...this.#documents.keys()].filter((at) =>
      query.test(this.#documents[at] ?? {}),
    );
    for (const at of matching) this.#change(at, packed(update));
    return matching.length;
  }

  #change(at: number, update: Update): Document {
    const before = this.#documents[at];
    const after = changed(packed(before ?? {}), update, false);
    this.#assertUnique(after, before);
    this.#documents[at] = after;
    return after;
  }

  delete(filter: Filter): number {
    const query = new Query(packed(filter));
    const kept = this.#documents.filter((document) => !query.test(document));
    const deleted = this.#documents.length - kept.length;
    this.#documents = kept;
    return deleted;
  }

  /** As with the real one, what is there already wins: an index of these keys, or duplicates. */
  ensureIndex(fields: readonly string[], options: IndexOptions = {}): boolean {
    const name = fields.join();
    const index = new Index(fields, options);
    const present = this.#indexes.get(name);
    if (present) return present.unique === index.unique;
    const keys = this.#documents.flatMap((document) => index.keyOf(document) ?? []);
    const broken = index.unique && new Set(keys).size < keys.length;
    if (!broken) this.#indexes.set(name, index);
    return !broken;
  }

  #assertUnique(document: Document, except?: Document): void {
    for (const index of this.#indexes.values()) {
      if (!index.unique) continue;
      const key = index.keyOf(document);
      const taken =
        key !== undefined &&
        this.#documents.some((other) => other !== except && index.keyOf(other) === key);
      if (taken) throw alreadyExists(`${this.name} has a document with this ${index.name}`);
    }
  }
}

class Index {
  readonly unique: boolean;
  readonly #fields: readonly string[];
  readonly #sparse: boolean;
  readonly #partial: Query | undefined;

  constructor(
    fields: readonly string[],
    { unique = false, sparse = false, partialFilterExpression }: IndexOptions,
  ) {
    this.#fields = fields;
    this.unique = unique;
    this.#sparse = sparse;
    this.#partial = partialFilterExpression && new Query(packed(partialFilterExpression));
  }

  get name(): string {
    return this.#fields.join();
  }

  /** Undefined if the document is not in the index. */
  keyOf(document: Document): string | undefined {
    const values = this.#fields.map((field) => valueAt(document, field));
    if (this.#sparse && values.every((value) => value === undefined)) return undefined;
    if (this.#partial && !this.#partial.test(document)) return undefined;
    return JSON.stringify(values.map((value) => value ?? null));
  }
}
