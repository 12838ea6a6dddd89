import type { Document } from "bson";
import {
  field,
  isDocument,
  optionalBoolean,
  requiredArray,
  requiredDocument,
  toNumber,
} from "../arguments.ts";
import type { Collection, StoredDocument } from "../collections/collection.ts";
import { MongoError } from "../errors.ts";
import { allToWrite, firstToWrite, type WriteQuery } from "../query/find-to-write.ts";
import { finish, type Steps, Turns } from "../turns.ts";
import { type Call, type Command, onCollection } from "./command.ts";
import { emptyAsNone } from "./find.ts";
import { checkBatchSize } from "./insert.ts";
import { collectionOf, namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";
import { inBatch, type WriteBatch, writeReply } from "./write-batch.ts";

const removedAtOnce = 256;

export const deleteCommand: Command = {
  help: "Removes documents",
  privileges: onCollection("remove"),
  writes: true,
  run(call) {
    const deletes = requiredArray(field(call.body, "deletes", "delete"));
    checkBatchSize(deletes.length);
    namespaceOf(call);
    return finish(deleteAll(call, deletes));
  },
};

interface DeleteBatch extends WriteBatch {
  n: number;
}

function* deleteAll(call: Call, writes: readonly unknown[]): Steps<Document> {
  const ordered = optionalBoolean(field(call.body, "ordered", "delete")) ?? true;
  const batch: DeleteBatch = { call, writes, ordered, turns: new Turns(call.checkInterrupt), n: 0 };
  const failures = yield* inBatch(batch, deleteCounted);
  return writeReply({ n: batch.n }, failures);
}

function* deleteCounted(batch: DeleteBatch, one: unknown): Steps<void> {
  const removed = yield* deleteSome(batch.call, { one, turns: batch.turns });
  batch.n += removed;
}

function* deleteSome(call: Call, { one, turns }: { one: unknown; turns: Turns }): Steps<number> {
  if (!isDocument(one)) throw new MongoError("TypeMismatch", "a delete has to be a document");
  refuseCollation(one);
  call.instance.counters.operations.delete += 1;
  const filter = requiredDocument(field(one, "q", "delete.deletes"));
  const limit = toNumber(one.limit);
  if (limit !== 0 && limit !== 1) {
    throw new MongoError(
      "FailedToParse",
      `The limit field in delete objects must be 0 or 1. Got ${limit}`,
    );
  }
  const collection = collectionOf(call);
  if (!collection) return 0;
  const query = { filter, hint: emptyAsNone(one.hint), turns };
  if (limit === 0) return yield* removeAll(collection, query);
  const found = yield* firstToWrite(collection, query);
  if (found) collection.remove([found]);
  return found ? 1 : 0;
}

/** Some at a time; what was found is removed before others have their turn. */
function* removeAll(collection: Collection, query: WriteQuery): Steps<number> {
  let removed = 0;
  let found: StoredDocument[] = [];
  const remove = () => {
    if (found.length > 0) collection.remove(found);
    removed += found.length;
    found = [];
  };
  for (const stored of allToWrite(collection, query)) {
    if (stored) found.push(stored);
    if (!stored || found.length === removedAtOnce) remove();
    if (!stored) yield undefined;
  }
  remove();
  return removed;
}
