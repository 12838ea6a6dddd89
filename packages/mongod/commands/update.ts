import type { Document } from "bson";
import {
  field,
  isDocument,
  optionalArray,
  optionalBoolean,
  optionalDocument,
  requiredArray,
  requiredDocument,
} from "../arguments.ts";
import { sameBytes } from "../bson/bytes.ts";
import { decode } from "../bson/codec.ts";
import type { Collection, StoredDocument } from "../collections/collection.ts";
import { MongoError } from "../errors.ts";
import { allToWrite, firstToWrite, type WriteQuery } from "../query/find-to-write.ts";
import { finish, type Steps, Turns } from "../turns.ts";
import { compileUpdate, type Update } from "../update/update.ts";
import type { Call, Command } from "./command.ts";
import { emptyAsNone } from "./find.ts";
import { checkBatchSize } from "./insert.ts";
import { collectionOf, collectionToWrite, namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";
import { inBatch, type WriteBatch, writeReply } from "./write-batch.ts";

export const update: Command = {
  help: "Changes documents by operators, a pipeline or a replacement",
  privileges: (call) => {
    const upserts =
      Array.isArray(call.body.updates) && call.body.updates.some((one) => one?.upsert);
    const resource = { db: call.db, collection: String(call.body.update) };
    return [{ resource, actions: upserts ? ["update", "insert"] : ["update"] }];
  },
  writes: true,
  run(call) {
    const updates = requiredArray(field(call.body, "updates", "update"));
    checkBatchSize(updates.length);
    namespaceOf(call);
    return finish(updateAll(call, updates));
  },
};

interface UpdateBatch extends WriteBatch {
  readonly upserted: Document[];
  n: number;
  nModified: number;
}

function* updateAll(call: Call, writes: readonly unknown[]): Steps<Document> {
  const ordered = optionalBoolean(field(call.body, "ordered", "update")) ?? true;
  const turns = new Turns(call.checkInterrupt);
  const upserted: Document[] = [];
  const batch: UpdateBatch = { call, writes, ordered, turns, upserted, n: 0, nModified: 0 };
  const failures = yield* inBatch(batch, updateCounted);
  const { n, nModified } = batch;
  const counts = { n, nModified, ...(upserted.length > 0 ? { upserted } : {}) };
  return writeReply(counts, failures);
}

function* updateCounted(batch: UpdateBatch, one: unknown, index: number): Steps<void> {
  const { call, turns } = batch;
  const result = yield* updateOne(call, { one: parseOne(one, call), turns });
  batch.n += result.n;
  batch.nModified += result.nModified;
  if (result.upsertedId) batch.upserted.push({ index, _id: result.upsertedId.value });
}

interface OneUpdate {
  readonly filter: Document;
  readonly change: unknown;
  readonly multi: boolean;
  readonly upsert: boolean;
  readonly arrayFilters: readonly unknown[] | undefined;
  readonly hint: unknown;
  readonly sort: Document | undefined;
  readonly variables: Document | undefined;
}

function parseOne(value: unknown, { body }: Call): OneUpdate {
  if (!isDocument(value)) {
    throw new MongoError(
      "TypeMismatch",
      "BSON field 'update.updates.0' is the wrong type, expected type 'object'",
    );
  }
  refuseCollation(value);
  const at = (name: string) => field(value, name, "update.updates");
  return {
    filter: requiredDocument(at("q")),
    change: value.u,
    multi: optionalBoolean(at("multi")) ?? false,
    upsert: optionalBoolean(at("upsert")) ?? false,
    arrayFilters: optionalArray(at("arrayFilters")),
    hint: emptyAsNone(value.hint),
    sort: optionalDocument(at("sort")),
    variables: { ...optionalDocument(field(body, "let", "update")), ...optionalDocument(at("c")) },
  };
}

interface UpdateResult {
  readonly n: number;
  readonly nModified: number;
  readonly upsertedId?: { readonly value: unknown };
}

function* updateOne(
  call: Call,
  { one, turns }: { one: OneUpdate; turns: Turns },
): Steps<UpdateResult> {
  call.instance.counters.operations.update += 1;
  const compiled = compileUpdate(one.change, one);
  const collection = one.upsert ? collectionToWrite(call) : collectionOf(call);
  if (!collection) return { n: 0, nModified: 0 };
  const { filter, hint, sort, variables, multi } = one;
  const query = { filter, hint, sort, variables, turns };
  const result = yield* multi
    ? changeAll(collection, query, compiled)
    : changeFirst(collection, query, compiled);
  if (result.n > 0 || !one.upsert) return result;
  const document = compiled.insertion();
  insertOne(collection, document);
  return { n: 1, nModified: 0, upsertedId: { value: decode(document)._id } };
}

/** Each document is changed as soon as it is found; what others do meanwhile comes in between. */
function* changeAll(
  collection: Collection,
  query: WriteQuery,
  update: Update,
): Steps<UpdateResult> {
  let n = 0;
  let nModified = 0;
  for (const stored of allToWrite(collection, query)) {
    if (!stored) {
      yield undefined;
      continue;
    }
    n += 1;
    if (change(collection, stored, update)) nModified += 1;
  }
  return { n, nModified };
}

function* changeFirst(
  collection: Collection,
  query: WriteQuery,
  update: Update,
): Steps<UpdateResult> {
  const stored = yield* firstToWrite(collection, query);
  if (!stored) return { n: 0, nModified: 0 };
  return { n: 1, nModified: change(collection, stored, update) ? 1 : 0 };
}

/** Whether the update makes another document of it. */
function change(collection: Collection, stored: StoredDocument, update: Update): boolean {
  const changed = update.apply(stored.bytes);
  if (sameBytes(changed, stored.bytes)) return false;
  collection.replace(stored, changed);
  return true;
}

/** Inserts one document. Throws what is wrong with it. */
export function insertOne(collection: Collection, document: Uint8Array): void {
  const [failure] = collection.insert([document]).errors;
  if (failure) throw failure.error;
}
