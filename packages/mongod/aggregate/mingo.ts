import { createRequire } from "node:module";
import type { Document } from "bson";
import type { Aggregator } from "mingo/aggregator";
import type { Context } from "mingo/core";
import type { Iterator } from "mingo/lazy";
import { isDocument } from "../arguments.ts";
import { withPlainNumbers } from "../bson/numbers.ts";
import { ownAccumulators, ownExpressions, ownStages } from "./bson-operators.ts";
import { lookupIn, type OtherCollections } from "./lookup.ts";
import type { Accumulator, Expression, Stage } from "./operator.ts";
import { withPlainDocuments } from "./plain-operators.ts";
import { wrappedAccumulators, wrappedExpressions, wrappedStages } from "./wrapped-operators.ts";

/** The library's operators of one kind. */
export type Library<Operator> = Readonly<Record<string, Operator>>;

export interface Mingo {
  readonly Aggregator: typeof Aggregator;
  readonly evalExpr: typeof import("mingo/core").evalExpr;
  /** All operators of the library, with ours for what depends on BSON's types. */
  readonly context: Context;
  /** The same with the stages that read other collections. */
  contextWith(collections: OtherCollections): Context;
}

const load = createRequire(import.meta.url);
let loaded: Mingo | undefined;

/** The library of operators, loaded when the first query needs it: a start should not wait. */
export function mingo(): Mingo {
  loaded ??= open();
  return loaded;
}

function open(): Mingo {
  const core = load("mingo/core") as typeof import("mingo/core");
  const { Aggregator } = load("mingo/aggregator") as typeof import("mingo/aggregator");
  const stages: Library<Stage> = load("mingo/operators/pipeline");
  const accumulators: Library<Accumulator> = load("mingo/operators/accumulator");
  const expressions: Library<Expression> = load("mingo/operators/expression");
  const operators = {
    accumulator: { ...wrappedAccumulators(accumulators), ...ownAccumulators },
    expression: { ...wrappedExpressions(expressions), ...ownExpressions(expressions) },
    pipeline: { ...wrappedStages(stages), ...ownStages },
    projection: load("mingo/operators/projection"),
    query: load("mingo/operators/query"),
    window: load("mingo/operators/window"),
  };
  const contextWith = (collections: OtherCollections) =>
    core.Context.init({
      ...operators,
      pipeline: { ...operators.pipeline, ...stagesReading(collections, stages) },
    } as never);
  return {
    Aggregator,
    evalExpr: core.evalExpr,
    context: core.Context.init(operators as never),
    contextWith,
  };
}

function stagesReading(collections: OtherCollections, library: Library<Stage>): Library<Stage> {
  const { $graphLookup, $unionWith } = library;
  if (!$graphLookup || !$unionWith) throw new TypeError("the library lacks a stage");
  return {
    $lookup: lookupIn(collections),
    $graphLookup: withPlainDocuments((documents, spec, options) => {
      const from = collections(String(spec.from)).all().map(withPlainNumbers);
      return $graphLookup(documents, { ...spec, from }, options);
    }),
    $unionWith: (documents, spec, options) => {
      const parsed: Document = isDocument(spec) ? spec : { coll: spec };
      const coll = typeof parsed.coll === "string" ? collections(parsed.coll).all() : parsed.coll;
      return $unionWith(documents, { ...parsed, coll }, options);
    },
  };
}

/** Documents as the library's stages take and give them. */
export function lazy(documents: readonly unknown[]): Iterator {
  return new (mingo().Aggregator)([], { context: mingo().context }).stream([...documents]);
}
