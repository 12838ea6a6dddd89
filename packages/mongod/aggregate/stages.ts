import type { Document } from "bson";
import { isDocument, toNumber } from "../arguments.ts";
import { MongoError } from "../errors.ts";

/** The stages of a pipeline. Throws for one that is no stage, or not known. */
export function parseStages(pipeline: readonly unknown[]): Document[] {
  return pipeline.map((stage) => {
    if (!isDocument(stage)) {
      throw new MongoError(
        "TypeMismatch",
        "Each element of the 'pipeline' array must be an object",
      );
    }
    if (Object.keys(stage).length !== 1) {
      throw new MongoError(
        "Location40323",
        "A pipeline stage specification object must contain exactly one field.",
      );
    }
    return stage;
  });
}

export function stageName(stage: Document): string {
  return Object.keys(stage)[0] ?? "";
}

/** Stages that others are made of, as MongoDB makes them; nested pipelines too. */
export function desugared(stages: readonly Document[]): Document[] {
  return stages.flatMap((stage) => {
    const name = stageName(stage);
    const spec: unknown = stage[name];
    if (name === "$sortByCount") return sortByCount(spec);
    if (name === "$bucket") return bucket(spec);
    if (!isDocument(spec)) return [stage];
    if (name === "$facet") {
      const facets = Object.entries(spec).map(([key, pipeline]) => [key, nested(pipeline)]);
      return [{ $facet: Object.fromEntries(facets) }];
    }
    if (!Array.isArray(spec.pipeline)) return [stage];
    return [{ [name]: { ...spec, pipeline: nested(spec.pipeline) } }];
  });
}

function nested(pipeline: unknown): unknown {
  return Array.isArray(pipeline) ? desugared(parseStages(pipeline)) : pipeline;
}

function sortByCount(spec: unknown): Document[] {
  const isExpression =
    (typeof spec === "string" && spec.startsWith("$")) ||
    (isDocument(spec) && Object.keys(spec)[0]?.startsWith("$") === true);
  if (!isExpression) {
    const text = "the sortByCount field must be defined as a $-prefixed path or an expression";
    throw new MongoError("Location40149", text);
  }
  return [{ $group: { _id: spec, count: { $sum: 1 } } }, { $sort: { count: -1 } }];
}

function bucket(spec: unknown): Document[] {
  const boundaries: unknown = isDocument(spec) ? spec.boundaries : undefined;
  if (!isDocument(spec) || !Array.isArray(boundaries) || spec.groupBy === undefined) {
    const text = "$bucket requires 'groupBy' and 'boundaries' to be specified.";
    throw new MongoError("Location40198", text);
  }
  if (boundaries.length < 2) {
    const text = "The $bucket 'boundaries' field must have at least 2 values";
    throw new MongoError("Location40192", text);
  }
  const otherwise = Object.hasOwn(spec, "default")
    ? { $literal: spec.default }
    : { $internalNoBucket: 1 };
  const bucketOf = boundaries.slice(0, -1).reduceRight((rest: Document, low: unknown, at) => {
    const bounds = [{ $gte: [spec.groupBy, low] }, { $lt: [spec.groupBy, boundaries[at + 1]] }];
    return { $cond: [{ $and: bounds }, { $literal: low }, rest] };
  }, otherwise);
  return [
    {
      $group: {
        _id: bucketOf,
        ...(spec.output ?? { count: { $sum: 1 } }),
      },
    },
    { $sort: { _id: 1 } },
  ];
}

/** The number of `$limit` or `$skip`. */
export function countOf(name: string, value: unknown): number {
  const number = toNumber(value);
  if (number === undefined || !Number.isInteger(number) || number < 0) {
    throw new MongoError(
      "Location5107201",
      `invalid argument to ${name} stage: Expected a non-negative number`,
    );
  }
  if (name === "$limit" && number === 0) {
    throw new MongoError("Location15958", "the limit must be positive");
  }
  return number;
}
