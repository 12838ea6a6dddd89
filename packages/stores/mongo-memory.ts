import { randomUUID } from "node:crypto";
import type { CallScope } from "@faultline/rpc/call";
import { alreadyExists, internal } from "@faultline/rpc/errors";
import { Aggregator, update as applyUpdate, Query } from "mingo";
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
    const values = this.#fields.map((field) => field.split(".").reduce(at, document));
    if (this.#sparse && values.every((value) => value === undefined)) return undefined;
    if (this.#partial && !this.#partial.test(document)) return undefined;
    return JSON.stringify(values.map((value) => value ?? null));
  }
}

function at(value: Document, field: string): Document {
  return value?.[field];
}

function changed(document: Document, update: Update, inserting: boolean): Document {
  const { $setOnInsert, ...rest } = update;
  if (inserting && $setOnInsert) assign(document, $setOnInsert);
  if (Object.keys(rest).some((operator) => !operator.startsWith("$")))
    throw internal("an update consists of operators");
  const { $push = {}, $pull = {}, ...others } = rest;
  if (Object.keys(others).length > 0) applyUpdate(document, others);
  for (const [field, condition] of Object.entries<Document>($pull))
    pull(document, field, condition);
  for (const [field, pushed] of Object.entries($push)) {
    for (const step of pushSteps(pushed)) applyUpdate(document, { $push: { [field]: step } });
  }
  return document;
}

/** `mingo` knows no `$or` and the like in what is pulled. */
function pull(document: Document, field: string, condition: Document): void {
  const alternatives =
    isOperators(condition) && ["$or", "$and", "$nor"].some((it) => it in condition);
  if (!alternatives) {
    applyUpdate(document, { $pull: { [field]: condition } });
    return;
  }
  const query = new Query(condition);
  const items: unknown = field.split(".").reduce(at, document);
  if (!Array.isArray(items)) return;
  applyUpdate(document, { $set: { [field]: items.filter((item) => !query.test(item)) } });
}

type Slice = number | readonly [skip: number, count: number];

/** `mingo` leaves out all other fields where a part of an array is asked for; MongoDB does not. */
function projectionOf(projection: FindOptions["projection"] = {}) {
  const entries = Object.entries(projection);
  const includes = entries.some(
    ([name, value]) => name !== "_id" && value !== 0 && !isSlice(value),
  );
  const own = includes ? entries : entries.filter(([, value]) => !isSlice(value));
  const slices = includes ? [] : entries.filter(([, value]) => isSlice(value));
  return {
    fields: packed(Object.fromEntries(own)) as Record<string, 0 | 1>,
    slices: slices.map(([name, value]) => [name, (value as { $slice: Slice }).$slice] as const),
  };
}

function isSlice(value: unknown): boolean {
  return typeof value === "object" && value !== null && "$slice" in value;
}

function sliced(document: Document, slices: readonly (readonly [string, Slice])[]): Document {
  for (const [name, slice] of slices) {
    const items = document[name];
    if (!Array.isArray(items)) continue;
    const [skip, count] = typeof slice === "number" ? [Math.min(slice, 0), slice] : slice;
    document[name] = count < 0 ? items.slice(skip) : items.slice(skip).slice(0, count);
  }
  return document;
}

/** `mingo` sorts by one field only. Its sorting is stable, so the last field may come first. */
function pushSteps(pushed: unknown): unknown[] {
  if (!isOperators(pushed) || typeof pushed.$sort !== "object") return [pushed];
  const { $sort, $slice, ...added } = pushed;
  const sorts = Object.entries($sort).reverse();
  return [
    added,
    ...sorts.map(([field, direction]) => ({ $each: [], $sort: { [field]: direction } })),
    ...($slice === undefined ? [] : [{ $each: [], $slice }]),
  ];
}

/** Sets fields, dotted ones inside, in a document that is not stored yet and may still be given its `_id`. */
function assign(document: Document, { _id, ...fields }: Document): void {
  if (_id !== undefined) document._id = _id;
  if (Object.keys(fields).length > 0) applyUpdate(document, { $set: fields });
}

/** The fields that an upsert takes from its filter: those that are asked to equal something. */
function equalities(filter: Filter): Document {
  const document: Document = {};
  for (const [field, condition] of Object.entries(filter)) {
    if (field === "$and") for (const part of condition) Object.assign(document, equalities(part));
    if (field.startsWith("$")) continue;
    const operators = isOperators(condition);
    if (operators && !("$eq" in condition)) continue;
    assign(document, { [field]: operators ? condition.$eq : condition });
  }
  return document;
}

function isOperators(condition: unknown): condition is Document {
  return (
    typeof condition === "object" &&
    condition !== null &&
    Object.keys(condition).some((key) => key.startsWith("$"))
  );
}
