import { field, optionalBoolean, optionalCount, optionalDocument } from "../arguments.ts";
import type { Collection } from "../collections/collection.ts";
import { firstBatch } from "../cursors/first-batch.ts";
import { MongoError } from "../errors.ts";
import { findInTurns, type Query } from "../query/execute.ts";
import { compileFilter } from "../query/filter.ts";
import { compileProjection } from "../query/projection.ts";
import { Turns } from "../turns.ts";
import { type Call, type Command, onCollection } from "./command.ts";
import { collectionOf, namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";

export const find: Command = {
  help: "Finds documents",
  privileges: onCollection("find"),
  run(call) {
    const { body, instance } = call;
    instance.counters.operations.query += 1;
    const namespace = namespaceOf(call);
    const query = queryOf(call);
    const projection = optionalDocument(field(body, "projection", "find")) ?? {};
    const project = compileProjection(projection, query.filter);
    const collection = collectionOf(call);
    if (!collection) compileFilter(query.filter, query);
    const turns = new Turns(call.checkInterrupt);
    const found = collection ? findInTurns(collection, { ...query, turns }) : [];
    return firstBatch(call, {
      namespace,
      documents: bytesOf(found, project),
      turns,
      batchSize: optionalCount(field(body, "batchSize", "find")),
      singleBatch: optionalBoolean(field(body, "singleBatch", "find")) ?? false,
      immortal: body.noCursorTimeout === true,
      from: collection,
    });
  },
};

/** The query of a `find`, checked. */
export function queryOf(call: Call): Query {
  const { body } = call;
  refuseCollation(body);
  if (body.tailable === true) {
    throw new MongoError(
      "BadValue",
      "error processing query: tailable cursor requested on non capped collection",
    );
  }
  return {
    filter: optionalDocument(field(body, "filter", "find")) ?? {},
    sort: optionalDocument(field(body, "sort", "find")),
    skip: optionalCount(field(body, "skip", "find")),
    limit: optionalCount(field(body, "limit", "find")),
    hint: emptyAsNone(body.hint),
    variables: optionalDocument(field(body, "let", "find")),
  };
}

/** Drivers send an empty document for no hint. */
export function emptyAsNone(hint: unknown): unknown {
  const empty = typeof hint === "object" && hint !== null && Object.keys(hint).length === 0;
  return empty || hint === null ? undefined : hint;
}

function* bytesOf(
  found: Iterable<{ readonly bytes: Uint8Array } | undefined>,
  project: ((document: Uint8Array) => Uint8Array) | undefined,
): Generator<Uint8Array | undefined> {
  for (const document of found) {
    if (document && project) yield project(document.bytes);
    else yield document?.bytes;
  }
}

/** For commands that read a collection which may not be there; with breaks, as `visit` takes them. */
export function documentsOf(
  collection: Collection | undefined,
  query: Omit<Query, "turns">,
  { checkInterrupt }: Call,
) {
  return collection ? findInTurns(collection, { ...query, turns: new Turns(checkInterrupt) }) : [];
}
