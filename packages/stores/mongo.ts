import type { CallScope } from "@faultline/rpc/call";

/** A MongoDB document: plain values only, `_id` of any type. */
// biome-ignore lint/suspicious/noExplicitAny: documents are as varied as their collections.
export type Document = Record<string, any>;

/**
 * A MongoDB filter or update, as the official driver takes it. A `bigint` is an int64; a whole number that fits is an
 * int32, any other number a double. The in-memory twin compares bigints with bigints only.
 */
export type Filter = Document;
export type Update = Document;

/** The field, or part of its array: the first few, the last few (negative), or so many from a place on. */
export type Projection =
  | 0
  | 1
  | { readonly $slice: number | readonly [skip: number, count: number] }
  | { readonly $elemMatch: Filter };

export interface FindOptions {
  readonly sort?: Readonly<Record<string, 1 | -1>>;
  readonly limit?: number;
  readonly projection?: Readonly<Record<string, Projection>>;
}

export interface IndexOptions {
  readonly unique?: boolean;
  /** Documents without any of the fields are not in it, and may be many under a unique index. */
  readonly sparse?: boolean;
  /** Only documents that match are in it. Not together with `sparse`. */
  readonly partialFilterExpression?: Filter;
}

export interface WriteOptions {
  /** Waits until the write is in the server's journal (`j: true`). */
  readonly durable?: boolean;
  /**
   * Insertions, and updates that upsert, may wait for others that are under way, and go together with those that wait
   * too, in any order. That is cheaper when there are many; each succeeds or fails by itself.
   */
  readonly grouped?: boolean;
}

/**
 * What a service sees of a MongoDB collection. Every method observes the scope's deadline and signal and throws
 * a `ServiceError`: `unavailable` (no server, not authorised to serve: `serverCodeOf` gives the server's own code),
 * `deadlineExceeded`, `canceled`, `alreadyExists` (duplicate key), `resourceExhausted` (too many operations under
 * way), `internal` (anything else). A write that failed so may have happened all the same, but never twice.
 */
export interface Collection<T extends Document> {
  readonly name: string;
  find(filter: Filter, scope: CallScope, options?: FindOptions): Promise<T[]>;
  findOne(filter: Filter, scope: CallScope, options?: FindOptions): Promise<T | null>;
  /**
   * The bytes that one document has in a field, be it binary or, as older programs stored bytes, a string that is no
   * text; null without such a document or field.
   */
  findBytes(filter: Filter, field: string, scope: CallScope): Promise<Buffer | null>;
  /** Runs an aggregation pipeline and returns all of its results. */
  aggregate<R extends Document>(pipeline: readonly Document[], scope: CallScope): Promise<R[]>;
  count(filter: Filter, scope: CallScope): Promise<number>;
  insertMany(documents: readonly T[], scope: CallScope, options?: WriteOptions): Promise<void>;
  /** Answers how many documents matched and whether one was upserted. */
  updateOne(
    filter: Filter,
    update: Update,
    scope: CallScope,
    options?: WriteOptions & { readonly upsert?: boolean },
  ): Promise<{ matched: number; upserted: boolean }>;
  /** Answers how many documents matched. Each changes by itself: if it throws, some may have. */
  updateMany(
    filter: Filter,
    update: Update,
    scope: CallScope,
    options?: WriteOptions,
  ): Promise<number>;
  /** Changes one document and answers it as it is afterwards, or null if none matched. */
  findOneAndUpdate(
    filter: Filter,
    update: Update,
    scope: CallScope,
    options?: WriteOptions & { readonly upsert?: boolean },
  ): Promise<T | null>;
  deleteMany(filter: Filter, scope: CallScope, options?: WriteOptions): Promise<number>;
  /**
   * Makes sure that an index on these keys exists. One that is there under other options is accepted, and so is that
   * there can be no unique one because of what the collection holds. Answers whether the index is as it was wanted.
   */
  ensureIndex(
    keys: Readonly<Record<string, 1 | -1>>,
    scope: CallScope,
    options?: IndexOptions,
  ): Promise<boolean>;
}

/** One MongoDB database, as a service gets it. */
export interface Mongo {
  collection<T extends Document>(name: string): Collection<T>;
  /** Answers once the server has accepted us; throws like a query otherwise. */
  ping(scope: CallScope): Promise<void>;
  close(): Promise<void>;
}
