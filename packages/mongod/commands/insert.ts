import type { Document } from "bson";
import { field, optionalBoolean } from "../arguments.ts";
import type { Collection } from "../collections/collection.ts";
import { MongoError, toMongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { finish, type Steps, Turns } from "../turns.ts";
import { type Command, onCollection } from "./command.ts";
import { collectionToWrite } from "./namespace.ts";
import { type WriteFailure, writeReply } from "./write-batch.ts";

const insertedAtOnce = 256;

export const insert: Command = {
  help: "Inserts documents",
  privileges: onCollection("insert"),
  writes: true,
  run(call) {
    const documents = call.sequences.get("documents");
    if (!documents) {
      throw new MongoError(
        "Location40414",
        "BSON field 'insert.documents' is missing but a required field",
      );
    }
    checkBatchSize(documents.length);
    const ordered = optionalBoolean(field(call.body, "ordered", "insert")) ?? true;
    call.instance.counters.operations.insert += documents.length;
    const turns = new Turns(call.checkInterrupt);
    // While others have their turn the collection may be dropped; as in MongoDB it is made again.
    const collection = () => collectionToWrite(call);
    return finish(insertAndReply(documents, { collection, ordered, turns }));
  },
};

function* insertAndReply(documents: readonly Uint8Array[], inserting: Inserting): Steps<Document> {
  const { n, failures } = yield* insertAll(documents, inserting);
  return writeReply({ n }, failures);
}

interface Inserting {
  readonly collection: () => Collection;
  readonly ordered: boolean;
  readonly turns: Turns;
}

/** Inserts some at a time, and others have their turn between. */
export function* insertAll(
  documents: readonly Uint8Array[],
  { collection, ordered, turns }: Inserting,
): Steps<{ n: number; failures: WriteFailure[] }> {
  const failures: WriteFailure[] = [];
  let n = 0;
  for (let at = 0; at < documents.length; at += insertedAtOnce) {
    if (turns.isOver()) {
      yield undefined;
      turns.begin();
    }
    const some = documents.slice(at, at + insertedAtOnce);
    try {
      const { inserted, errors } = collection().insert(some, ordered);
      n += inserted;
      for (const { index, error } of errors) failures.push({ index: at + index, error });
    } catch (error) {
      // Those before are there, and the client has to know it.
      if (n === 0) throw error;
      failures.push({ index: at, error: toMongoError(error) });
      break;
    }
    if (ordered && failures.length > 0) break;
  }
  return { n, failures };
}

/** A batch has from one to a hundred thousand writes. */
export function checkBatchSize(size: number): void {
  if (size > 0 && size <= limits.maxWriteBatchSize) return;
  throw new MongoError(
    "InvalidLength",
    `Write batch sizes must be between 1 and ${limits.maxWriteBatchSize}. Got ${size} operations.`,
  );
}
