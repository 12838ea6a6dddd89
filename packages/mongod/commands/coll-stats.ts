import type { Document } from "bson";
import { field, optionalNumber } from "../arguments.ts";
import type { Collection } from "../collections/collection.ts";
import { type Command, onCollection } from "./command.ts";
import { collectionOf, namespaceOf } from "./namespace.ts";

export const collStats: Command = {
  help: "How many documents a collection has, and how large it is",
  privileges: onCollection("collStats"),
  run(call) {
    const scale = optionalNumber(field(call.body, "scale", "collStats")) ?? 1;
    const ns = namespaceOf(call);
    const collection = collectionOf(call);
    if (!collection)
      return {
        ns,
        size: 0,
        count: 0,
        storageSize: 0,
        totalSize: 0,
        nindexes: 0,
        indexSizes: {},
        scaleFactor: scale,
        ok: 1,
      };
    return { ns, ...statistics(collection, scale), scaleFactor: scale, ok: 1 };
  },
};

/** What is kept in one file for all collections has no size of its own: data stands for storage. */
export function statistics(collection: Collection, scale: number): Document {
  const { count, dataSize, indexes } = collection;
  const size = Math.floor(dataSize / scale);
  return {
    size,
    count,
    ...(count > 0 ? { avgObjSize: Math.floor(dataSize / count) } : {}),
    numOrphanDocs: 0,
    storageSize: size,
    freeStorageSize: 0,
    capped: false,
    nindexes: indexes.length,
    indexBuilds: [],
    totalIndexSize: 0,
    totalSize: size,
    indexSizes: Object.fromEntries(indexes.map(({ entry }) => [entry.name, 0])),
  };
}
