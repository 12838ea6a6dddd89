import { isDocument, toNumber } from "../arguments.ts";
import { encode } from "../bson/codec.ts";
import { describeIndex } from "../collections/index-spec.ts";
import { firstBatch } from "../cursors/first-batch.ts";
import { type Command, onCollection } from "./command.ts";
import { existingCollection, namespaceOf } from "./namespace.ts";

export const listIndexes: Command = {
  help: "The indexes of a collection",
  privileges: onCollection("listIndexes"),
  run(call) {
    const namespace = namespaceOf(call);
    const collection = existingCollection(call, `ns does not exist: ${namespace}`);
    const { cursor } = call.body;
    const batchSize = isDocument(cursor) ? toNumber(cursor.batchSize) : undefined;
    const documents = collection.indexes.map((index) => encode(describeIndex(index)));
    return firstBatch(call, { namespace, documents, batchSize });
  },
};
