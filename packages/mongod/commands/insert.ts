import type { Document } from "bson";
import { field, optionalBoolean } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type Command, onCollection } from "./command.ts";
import { collectionToWrite } from "./namespace.ts";
import { writeReply } from "./write-errors.ts";

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
    const collection = collectionToWrite(call);
    call.instance.counters.operations.insert += documents.length;
    const { inserted, errors } = collection.insert(documents, ordered);
    const reply: Document = { n: inserted };
    return writeReply(reply, errors);
  },
};

/** A batch has from one to a hundred thousand writes. */
export function checkBatchSize(size: number): void {
  if (size > 0 && size <= limits.maxWriteBatchSize) return;
  throw new MongoError(
    "InvalidLength",
    `Write batch sizes must be between 1 and ${limits.maxWriteBatchSize}. Got ${size} operations.`,
  );
}
