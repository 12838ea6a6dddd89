import type { Document } from "bson";
import { runPipeline } from "../aggregate/pipeline.ts";
import { parseStages, stageName } from "../aggregate/stages.ts";
import { field, isDocument, optionalDocument, requiredArray, toNumber } from "../arguments.ts";
import { encode } from "../bson/codec.ts";
import type { Collection } from "../collections/collection.ts";
import { firstBatch } from "../cursors/first-batch.ts";
import { MongoError } from "../errors.ts";
import { findInTurns, type Query } from "../query/execute.ts";
import { finish, Turns } from "../turns.ts";
import { writeResults, writesResults } from "./aggregate-output.ts";
import { otherCollections, sourceOf } from "./aggregate-sources.ts";
import type { Call, Command, RequiredPrivilege } from "./command.ts";
import { emptyAsNone } from "./find.ts";
import { namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";

export const aggregate: Command = {
  help: "Runs a pipeline of stages over documents",
  privileges: requiredPrivileges,
  writes: ({ body }) => {
    const last: unknown = Array.isArray(body.pipeline) ? body.pipeline.at(-1) : undefined;
    return isDocument(last) && writesResults(last);
  },
  run(call) {
    const { body, instance, db } = call;
    refuseCollation(body);
    const stages = parseStages(requiredArray(field(body, "pipeline", "aggregate")));
    if (body.cursor === undefined && body.explain === undefined) {
      throw new MongoError(
        "FailedToParse",
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    const whole = typeof body.aggregate !== "string";
    const namespace = whole ? `${db}.$cmd.aggregate` : namespaceOf(call);
    const collection = whole ? undefined : instance.catalog.get(namespace);
    const turns = new Turns(call.checkInterrupt);
    const documents = results(call, { stages, collection, turns });
    const { cursor } = body;
    const batchSize = isDocument(cursor) ? toNumber(cursor.batchSize) : undefined;
    const last = stages.at(-1);
    if (last && writesResults(last)) {
      const written = finish(writeResults(call, { stage: last, documents, turns }));
      const empty = () => firstBatch(call, { namespace, documents: [], batchSize });
      return written ? written.then(empty) : empty();
    }
    return firstBatch(call, { namespace, documents, turns, batchSize, from: collection });
  },
};

interface Wanted {
  readonly stages: readonly Document[];
  readonly collection: Collection | undefined;
  readonly turns: Turns;
}

/** What the pipeline gives; all of it is worked out when the first is asked for, if it sorts or groups. */
function results(
  call: Call,
  { stages, collection, turns }: Wanted,
): Iterable<Uint8Array | undefined> {
  const { body } = call;
  const variables = optionalDocument(field(body, "let", "aggregate"));
  const source = sourceOf(call, { first: stages[0], collection });
  const rest = source ? stages.slice(1) : stages;
  const { query, stages: left } = pushedDown(rest, source !== undefined);
  const hint = emptyAsNone(body.hint);
  const documents =
    source ?? (collection ? stored(collection, { ...query, hint, variables, turns }) : []);
  const last = left.at(-1);
  const output = last && writesResults(last) ? last : undefined;
  const inner = output ? left.slice(0, -1) : left;
  refuseInnerOutput(inner);
  const collections = otherCollections(call);
  return inner.length > 0
    ? runPipeline(documents, inner, { variables, collections, turns })
    : documents;
}

function* stored(collection: Collection, query: Query): Generator<Uint8Array | undefined> {
  for (const document of findInTurns(collection, query)) yield document?.bytes;
}

function refuseInnerOutput(stages: readonly Document[]): void {
  const wrong = stages.find(writesResults);
  if (!wrong) return;
  throw new MongoError(
    "Location40601",
    `${stageName(wrong)} can only be the final stage in the pipeline`,
  );
}

/** The first stages that a query can do, by index and without decoding. */
export function pushedDown(
  stages: readonly Document[],
  alreadyRead = false,
): { query: Query; stages: readonly Document[] } {
  if (alreadyRead) return { query: { filter: {} }, stages };
  let at = 0;
  const next = (name: string): unknown => {
    const stage = stages[at];
    if (!stage || stageName(stage) !== name) return undefined;
    at += 1;
    return stage[name];
  };
  const match = next("$match");
  if (match !== undefined && !isDocument(match)) {
    throw new MongoError("Location15959", "the match filter must be an expression in an object");
  }
  const sort = next("$sort");
  if (sort !== undefined && (!isDocument(sort) || Object.keys(sort).length === 0)) {
    throw new MongoError("Location15976", "$sort stage must have at least one sort key");
  }
  const skip = countOf("$skip", next("$skip"));
  const limit = countOf("$limit", next("$limit"));
  if (limit === 0) throw new MongoError("Location15958", "the limit must be positive");
  return {
    query: { filter: match ?? {}, sort: sort ?? undefined, skip, limit },
    stages: stages.slice(at),
  };
}

function countOf(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = toNumber(value);
  if (number !== undefined && Number.isInteger(number) && number >= 0) return number;
  throw new MongoError(
    "Location5107201",
    `invalid argument to ${name} stage: Expected a non-negative number`,
  );
}

/** Every collection that the pipeline reads or writes asks for a privilege of its own. */
function requiredPrivileges(call: Call): RequiredPrivilege[] {
  const { db, body } = call;
  const whole = typeof body.aggregate !== "string";
  const stages: unknown[] = Array.isArray(body.pipeline) ? body.pipeline : [];
  const own: RequiredPrivilege[] = whole
    ? []
    : [{ resource: { db, collection: String(body.aggregate) }, actions: ["find"] }];
  return [...own, ...stages.filter(isDocument).flatMap((stage) => stagePrivileges(db, stage))];
}

function stagePrivileges(db: string, stage: Document): RequiredPrivilege[] {
  const name = stageName(stage);
  const spec: unknown = stage[name];
  const inner = isDocument(spec) ? spec : {};
  const on = (collection: unknown, ...actions: string[]) => ({
    resource: { db, collection: String(collection) },
    actions,
  });
  const nested = (pipeline: unknown) =>
    Array.isArray(pipeline)
      ? pipeline.filter(isDocument).flatMap((each) => stagePrivileges(db, each))
      : [];
  switch (name) {
    case "$lookup":
    case "$graphLookup":
      return [
        ...(inner.from === undefined ? [] : [on(inner.from, "find")]),
        ...nested(inner.pipeline),
      ];
    case "$unionWith":
      return [on(typeof spec === "string" ? spec : inner.coll, "find"), ...nested(inner.pipeline)];
    case "$facet":
      return Object.values(inner).flatMap(nested);
    case "$out":
      return [outputOn(db, spec, "insert", "remove")];
    case "$merge":
      return [outputOn(db, inner.into, "insert", "update")];
    case "$currentOp":
      return inner.allUsers ? [{ resource: { cluster: true }, actions: ["inprog"] }] : [];
    case "$collStats":
    case "$indexStats":
      return [];
    default:
      return [];
  }
}

function outputOn(db: string, target: unknown, ...actions: string[]): RequiredPrivilege {
  const named = isDocument(target) ? target : { db, coll: target };
  return { resource: { db: String(named.db ?? db), collection: String(named.coll) }, actions };
}

/** For stages that make up documents. */
export function encoded(documents: readonly Document[]): Uint8Array[] {
  return documents.map((document) => encode(document));
}
