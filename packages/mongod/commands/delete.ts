import {
  field,
  isDocument,
  optionalBoolean,
  requiredArray,
  requiredDocument,
  toNumber,
} from "../arguments.ts";
import { MongoError, toMongoError } from "../errors.ts";
import { find } from "../query/execute.ts";
import { type Call, type Command, onCollection } from "./command.ts";
import { emptyAsNone } from "./find.ts";
import { checkBatchSize } from "./insert.ts";
import { collectionOf, namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";
import { type WriteFailure, writeReply } from "./write-errors.ts";

const removedAtOnce = 10_000;

export const deleteCommand: Command = {
  help: "Removes documents",
  privileges: onCollection("remove"),
  writes: true,
  run(call) {
    const deletes = requiredArray(field(call.body, "deletes", "delete"));
    checkBatchSize(deletes.length);
    namespaceOf(call);
    const ordered = optionalBoolean(field(call.body, "ordered", "delete")) ?? true;
    const failures: WriteFailure[] = [];
    let n = 0;
    for (const [index, one] of deletes.entries()) {
      try {
        n += deleteSome(call, one);
      } catch (error) {
        failures.push({ index, error: toMongoError(error) });
        if (ordered) break;
      }
    }
    return writeReply({ n }, failures);
  },
};

function deleteSome(call: Call, one: unknown): number {
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
  const { checkInterrupt } = call;
  const found = [
    ...find(collection, { filter, limit, hint: emptyAsNone(one.hint), checkInterrupt }),
  ];
  for (let at = 0; at < found.length; at += removedAtOnce) {
    collection.remove(found.slice(at, at + removedAtOnce));
  }
  return found.length;
}
