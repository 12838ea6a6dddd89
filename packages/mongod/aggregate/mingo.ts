import { createRequire } from "node:module";
import type { Aggregator } from "mingo/aggregator";
import type { Context } from "mingo/core";
import { bsonOperators, internalOnly, refuseScript, textOfIds } from "./bson-operators.ts";
import { orderedProject } from "./ordered-project.ts";

export interface Mingo {
  readonly Aggregator: typeof Aggregator;
  readonly evalExpr: typeof import("mingo/core").evalExpr;
  /** All operators of the library, with ours for what depends on BSON's types. */
  readonly context: Context;
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
  const expression = load("mingo/operators/expression");
  const pipeline = load("mingo/operators/pipeline");
  const context = core.Context.init({
    accumulator: { ...load("mingo/operators/accumulator"), $accumulator: refuseScript },
    expression: {
      ...expression,
      ...bsonOperators.expression,
      $toString: textOfIds(expression.$toString),
      $function: internalOnly(expression.$function),
    },
    pipeline: {
      ...pipeline,
      ...bsonOperators.pipeline,
      $project: orderedProject(pipeline.$project),
    },
    projection: load("mingo/operators/projection"),
    query: load("mingo/operators/query"),
    window: load("mingo/operators/window"),
  });
  return { Aggregator, evalExpr: core.evalExpr, context };
}
