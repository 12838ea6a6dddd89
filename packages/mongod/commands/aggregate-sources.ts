import { type Document, Long } from "bson";
import type { OtherCollections } from "../aggregate/lookup.ts";
import { stageName } from "../aggregate/stages.ts";
import { isDocument } from "../arguments.ts";
import { decodeForExpressions, encode } from "../bson/codec.ts";
import type { Collection } from "../collections/collection.ts";
import { describeIndex } from "../collections/index-spec.ts";
import { MongoError } from "../errors.ts";
import { find, type Query } from "../query/execute.ts";
import { planFor } from "../query/plan.ts";
import { statistics } from "./coll-stats.ts";
import type { Call } from "./command.ts";
import { describeOperation } from "./current-op.ts";

interface First {
  readonly first: Document | undefined;
  readonly collection: Collection | undefined;
}

/** The documents of a first stage that reads no collection, or undefined if it does. */
export function sourceOf(call: Call, { first, collection }: First): Uint8Array[] | undefined {
  const name = first ? stageName(first) : "";
  const spec: unknown = first?.[name];
  switch (name) {
    case "$documents":
      if (!Array.isArray(spec))
        throw new MongoError("Location5107201", "$documents needs an array");
      return spec.filter(isDocument).map((document) => encode(document));
    case "$currentOp":
      return call.instance.operations
        .list()
        .map((operation) => encode(describeOperation(operation)));
    case "$changeStream":
      throw new MongoError(
        "Location40573",
        "The $changeStream stage is only supported on replica sets",
      );
    case "$listLocalSessions":
    case "$listSessions":
      return [];
    case "$collStats":
      return collection
        ? [encode(collectionStatistics(call, { collection, spec }))]
        : notFound(call);
    case "$indexStats":
      return (collection?.indexes ?? []).map((index) => {
        const { key, name: indexName } = index.entry;
        const spec = describeIndex(index);
        return encode({
          name: indexName,
          key,
          host: "localhost",
          accesses: { ops: Long.ZERO, since: call.instance.startedAt },
          spec,
        });
      });
    default:
      if (typeof call.body.aggregate === "string") return undefined;
      throw new MongoError(
        "InvalidNamespace",
        `{aggregate: 1} is not valid for '${name}'; a collection is required.`,
      );
  }
}

/** The other collections that a pipeline reads: through their indexes where they have one. */
export function otherCollections({ db, instance, checkInterrupt }: Call): OtherCollections {
  return (name) => {
    const collection = instance.catalog.get(`${db}.${name}`);
    const read = (query: Query): Document[] => {
      if (!collection) return [];
      const found = find(collection, { ...query, checkInterrupt });
      return Array.from(found, ({ bytes }) => decodeForExpressions(bytes));
    };
    return {
      all: () => read({ filter: {} }),
      byIndex(field, values) {
        const filter = { [field]: { $in: [...values] } };
        if (collection && planFor(collection, { filter }).kind === "scan") return undefined;
        return read({ filter });
      },
    };
  };
}

function collectionStatistics(
  call: Call,
  { collection, spec }: { collection: Collection; spec: unknown },
): Document {
  const asked = isDocument(spec) ? spec : {};
  return {
    ns: collection.namespace,
    host: `localhost:${call.instance.port}`,
    localTime: new Date(),
    ...(asked.count ? { count: collection.count } : {}),
    ...(asked.storageStats ? { storageStats: statistics(collection, 1) } : {}),
  };
}

function notFound({ db, body }: Call): never {
  throw new MongoError("NamespaceNotFound", `Collection [${db}.${body.aggregate}] not found.`);
}
