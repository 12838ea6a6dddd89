import type { Library } from "./mingo.ts";
import type { Accumulator, Expression, Stage } from "./operator.ts";
import { orderedProject } from "./ordered-project.ts";
import {
  accumulatorWithPlainArguments,
  conditional,
  filtering,
  switching,
  toDouble,
  withPlainArguments,
  withPlainCount,
  withPlainDocuments,
  withPlainRest,
  withTruth,
} from "./plain-operators.ts";

/** They move values and do not look at numbers. */
const untouched: readonly string[] = [
  "$arrayToObject",
  "$concatArrays",
  "$getField",
  "$ifNull",
  "$isArray",
  "$let",
  "$literal",
  "$map",
  "$mergeObjects",
  "$objectToArray",
  "$rand",
  "$reverseArray",
  "$setField",
  "$size",
  "$unsetField",
  "$zip",
];

const doubles: readonly string[] = [
  "$acos",
  "$acosh",
  "$asin",
  "$asinh",
  "$atan",
  "$atan2",
  "$atanh",
  "$cos",
  "$cosh",
  "$degreesToRadians",
  "$exp",
  "$ln",
  "$log",
  "$log10",
  "$radiansToDegrees",
  "$sigmoid",
  "$sin",
  "$sinh",
  "$sqrt",
  "$tan",
  "$tanh",
];

const special: Library<(run: Expression) => Expression> = {
  $and: withTruth,
  $arrayElemAt: withPlainRest,
  $cond: conditional,
  $filter: filtering,
  $firstN: (run) => withPlainCount("n", run),
  $lastN: (run) => withPlainCount("n", run),
  $not: withTruth,
  $or: withTruth,
  $slice: withPlainRest,
  $switch: switching,
};

/** The library's expressions, so that the types of numbers outlive them wherever they can. */
export function wrappedExpressions(library: Library<Expression>): Record<string, Expression> {
  const entries = Object.entries(library).map(([name, run]): [string, Expression] => {
    if (untouched.includes(name)) return [name, run];
    if (doubles.includes(name)) return [name, toDouble(run)];
    return [name, special[name]?.(run) ?? withPlainArguments(run)];
  });
  return Object.fromEntries(entries);
}

const countedAccumulators: readonly string[] = ["$firstN", "$lastN"];

/** The library's accumulators: statistics, of plain numbers. */
export function wrappedAccumulators(library: Library<Accumulator>): Record<string, Accumulator> {
  const entries = Object.entries(library).map(([name, run]): [string, Accumulator] => [
    name,
    countedAccumulators.includes(name)
      ? withPlainCount("n", run)
      : accumulatorWithPlainArguments(run),
  ]);
  return Object.fromEntries(entries);
}

/** They calculate with numbers of the documents, or compare them, by themselves. */
const calculating: readonly string[] = [
  "$bucketAuto",
  "$densify",
  "$fill",
  "$graphLookup",
  "$setWindowFields",
];

export function wrappedStages(library: Library<Stage>): Record<string, Stage> {
  const entries = Object.entries(library).map(([name, run]): [string, Stage] => {
    if (calculating.includes(name)) return [name, withPlainDocuments(run)];
    return [name, name === "$project" ? orderedProject(run) : run];
  });
  return Object.fromEntries(entries);
}
