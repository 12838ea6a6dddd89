import { textOf } from "../bson/text.ts";
import type { Collection } from "../collections/collection.ts";
import type { Index } from "../collections/index-spec.ts";
import { MongoError } from "../errors.ts";
import { findIndex } from "../query/plan.ts";
import { type Command, onCollection } from "./command.ts";
import { existingCollection, namespaceOf } from "./namespace.ts";

export const dropIndexes: Command = {
  help: "Drops one index, some, or all but that on _id",
  privileges: onCollection("dropIndex"),
  writes: true,
  run(call) {
    const namespace = namespaceOf(call);
    const collection = existingCollection(call, `ns not found ${namespace}`);
    const nIndexesWas = collection.indexes.length;
    for (const index of chosen(collection, call.body.index)) {
      call.instance.catalog.dropIndex(collection, index);
    }
    const all = call.body.index === "*" ? { msg: "non-_id indexes dropped for collection" } : {};
    return { nIndexesWas, ...all, ok: 1 };
  },
};

function chosen(collection: Collection, asked: unknown): Index[] {
  if (asked === "*") return collection.indexes.filter(({ isIdIndex }) => !isIdIndex);
  const names: unknown[] = Array.isArray(asked) ? asked : [asked];
  return names.map((name) => {
    const index = findIndex(collection, name);
    if (!index) throw notFound(name);
    if (index.isIdIndex) throw new MongoError("InvalidOptions", "cannot drop _id index");
    return index;
  });
}

function notFound(asked: unknown): MongoError {
  if (typeof asked === "string")
    return new MongoError("IndexNotFound", `index not found with name [${asked}]`);
  return new MongoError("IndexNotFound", `can't find index with key: ${textOf(asked)}`);
}
