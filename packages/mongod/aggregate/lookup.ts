import type { Document } from "bson";
import type { Options } from "mingo/types";
import { isDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { nameOf } from "./accumulators.ts";
import { mingo } from "./mingo.ts";
import { evaluate, type Stage, scopeOf } from "./operator.ts";

/** Another collection of the same database, as the stages see it that read one. */
export interface OtherCollection {
  all(): Document[];
  /** Those whose field has one of the values, by an index; undefined if there is none for it. */
  byIndex(field: string, values: readonly unknown[]): Document[] | undefined;
}

export type OtherCollections = (name: string) => OtherCollection;

/** `$lookup`, through the index of the other collection where it has one. */
export function lookupIn(collections: OtherCollections): Stage {
  return (documents, spec, options) => {
    const { from, as, pipeline } = parse(spec);
    const other = from === undefined ? undefined : collections(from);
    const join = joinBy(spec, other, options);
    const stages = pipeline && new (mingo().Aggregator)(pipeline, options);
    const scope = scopeOf(options);
    const nested = scopeOf(options);
    return documents.map((document) => {
      const joined = join(document);
      if (!stages) return { ...(document as Document), [as]: joined };
      const variables = evaluate(document, spec.let ?? {}, scope.update({ root: document }));
      const results = stages.run(joined, nested.update({ root: null, variables }));
      return { ...(document as Document), [as]: results };
    });
  };
}

function parse(spec: unknown) {
  if (!isDocument(spec)) throw wrong("the $lookup specification must be an Object");
  const { from, as, pipeline, localField, foreignField } = spec;
  if (typeof as !== "string") throw wrong("must specify 'as' field for a $lookup");
  if ((localField === undefined) !== (foreignField === undefined)) {
    throw wrong("$lookup requires both or neither of 'localField' and 'foreignField'");
  }
  if (localField === undefined && pipeline === undefined) {
    throw wrong("$lookup requires either 'pipeline' or both 'localField' and 'foreignField'");
  }
  if (from !== undefined && typeof from !== "string") throw wrong("'from' must be a string");
  if (pipeline !== undefined && !Array.isArray(pipeline)) throw wrong("'pipeline' is an array");
  const stages: Document[] | undefined = pipeline?.filter(isDocument);
  return { from, as, pipeline: stages?.length === 0 ? undefined : stages };
}

function wrong(text: string): MongoError {
  return new MongoError("FailedToParse", text);
}

type Join = (document: unknown) => Document[];

function joinBy(
  { localField, foreignField }: Document,
  other: OtherCollection | undefined,
  options: Options,
): Join {
  if (!other) return () => [];
  if (typeof localField !== "string" || typeof foreignField !== "string") {
    let all: Document[] | undefined;
    return () => {
      all ??= other.all();
      return all;
    };
  }
  const scope = scopeOf(options);
  const valuesAt = (document: unknown, path: string): unknown[] => {
    const value = evaluate(document, `$${path}`, scope.update({ root: document })) ?? null;
    return Array.isArray(value) ? value : [value];
  };
  let byValue: Map<string, Document[]> | undefined;
  return (document) => {
    const values = valuesAt(document, localField);
    const indexed = other.byIndex(foreignField, values);
    if (indexed) return indexed;
    byValue ??= sortedOut(other.all(), (found) => valuesAt(found, foreignField));
    return [...new Set(values.flatMap((value) => byValue?.get(nameOf(value)) ?? []))];
  };
}

function sortedOut(
  documents: readonly Document[],
  valuesOf: (document: Document) => unknown[],
): Map<string, Document[]> {
  const byValue = new Map<string, Document[]>();
  for (const document of documents) {
    for (const name of new Set(valuesOf(document).map(nameOf))) {
      const same = byValue.get(name);
      if (same) same.push(document);
      else byValue.set(name, [document]);
    }
  }
  return byValue;
}
