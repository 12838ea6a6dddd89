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
import type { Collection } from "../collections/collection.ts";
import { MongoError, toMongoError } from "../errors.ts";
import { find } from "../query/execute.ts";
import { compileUpdate } from "../update/update.ts";
import type { Call, Command } from "./command.ts";
import { emptyAsNone } from "./find.ts";
import { checkBatchSize } from "./insert.ts";
import { collectionOf, collectionToWrite, namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";
import { type WriteFailure, writeReply } from "./write-errors.ts";

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
    const ordered = optionalBoolean(field(call.body, "ordered", "update")) ?? true;
    const upserted: Document[] = [];
    const failures: WriteFailure[] = [];
    let n = 0;
    let nModified = 0;
    for (const [index, one] of updates.entries()) {
      try {
        const result = updateOne(call, parseOne(one, call));
        n += result.n;
        nModified += result.nModified;
        if (result.upsertedId) upserted.push({ index, _id: result.upsertedId.value });
      } catch (error) {
        failures.push({ index, error: toMongoError(error) });
        if (ordered) break;
      }
    }
    const counts = { n, nModified, ...(upserted.length > 0 ? { upserted } : {}) };
    return writeReply(counts, failures);
  },
};

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

function updateOne(call: Call, one: OneUpdate): UpdateResult {
  call.instance.counters.operations.update += 1;
  const compiled = compileUpdate(one.change, one);
  const collection = one.upsert ? collectionToWrite(call) : collectionOf(call);
  if (!collection) return { n: 0, nModified: 0 };
  const matched = matching(collection, { one, call });
  if (matched.length === 0 && one.upsert) {
    const document = compiled.insertion();
    insertOne(collection, document);
    return { n: 1, nModified: 0, upsertedId: { value: decode(document)._id } };
  }
  let nModified = 0;
  for (const stored of matched) {
    const changed = compiled.apply(stored.bytes);
    if (sameBytes(changed, stored.bytes)) continue;
    collection.replace(stored, changed);
    nModified += 1;
  }
  return { n: matched.length, nModified };
}

/** All that match are found before the first is changed, so that none is met twice. */
function matching(collection: Collection, { one, call }: { one: OneUpdate; call: Call }) {
  const { filter, hint, sort, variables, multi } = one;
  const { checkInterrupt } = call;
  return [
    ...find(collection, { filter, hint, sort, variables, limit: multi ? 0 : 1, checkInterrupt }),
  ];
}

/** Inserts one document. Throws what is wrong with it. */
export function insertOne(collection: Collection, document: Uint8Array): void {
  const [failure] = collection.insert([document]).errors;
  if (failure) throw failure.error;
}
