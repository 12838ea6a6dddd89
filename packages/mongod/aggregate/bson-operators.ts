import { type Document, Long, ObjectId } from "bson";
import type { Options } from "mingo/types";
import { isDocument, toNumber } from "../arguments.ts";
import { decode, encode } from "../bson/codec.ts";
import { compareValues } from "../bson/key.ts";
import { numberKind } from "../bson/numbers.ts";
import { MongoError } from "../errors.ts";
import { compileFilter } from "../query/filter.ts";
import { rootElement } from "../query/predicates.ts";
import { checkSort, sortKeyOf } from "../query/sort.ts";
import { folds } from "./accumulators.ts";
import {
  absolute,
  add,
  divide,
  isNothing,
  modulo,
  multiply,
  power,
  type Rounding,
  round,
  subtract,
  typeOf,
} from "./arithmetic.ts";
import { type NumberName, textOfBson, toNumberType } from "./conversions.ts";
import { $group } from "./group.ts";
import { $reduce, atEnd, folded, rankedItems } from "./list-operators.ts";
import { type Library, lazy } from "./mingo.ts";
import {
  type Accumulator,
  type Expression,
  evaluate,
  ofMany,
  ofOne,
  ofTwo,
  type Stage,
} from "./operator.ts";
import { internalExpressions } from "./plain-operators.ts";
import { $bottom, $bottomN, $maxN, $minN, $top, $topN } from "./ranked.ts";

/** What the library does by JavaScript's rules and MongoDB by those of BSON. */
export const ownStages: Library<Stage> = {
  $group,
  $match,
  $merge: refusedInside("$merge"),
  $out: refusedInside("$out"),
  $sort,
};

const expressions: Library<Expression> = {
  $abs: ofOne(absolute),
  $add: ofMany(add),
  $avg: accumulating("$avg"),
  $ceil: ofOne((value) => round("$ceil", value)),
  $cmp: compared("$cmp", (order) => Math.sign(order)),
  $divide: ofTwo("$divide", divide),
  $eq: compared("$eq", (order) => order === 0),
  $first: atEnd("$first", 0),
  $floor: ofOne((value) => round("$floor", value)),
  $gt: compared("$gt", (order) => order > 0),
  $gte: compared("$gte", (order) => order >= 0),
  $isNumber: ofOne((value) => numberKind(value) !== undefined),
  $last: atEnd("$last", -1),
  $lt: compared("$lt", (order) => order < 0),
  $lte: compared("$lte", (order) => order <= 0),
  $max: accumulating("$max"),
  $maxN: rankedItems($maxN),
  $min: accumulating("$min"),
  $minN: rankedItems($minN),
  $mod: ofTwo("$mod", modulo),
  $multiply: ofMany(multiply),
  $ne: compared("$ne", (order) => order !== 0),
  $pow: ofTwo("$pow", power),
  $reduce,
  $round: rounded("$round"),
  $subtract: ofTwo("$subtract", subtract),
  $sum: accumulating("$sum"),
  $toDecimal: ofOne((value) => toNumberType(value, "decimal")),
  $toDouble: ofOne((value) => toNumberType(value, "double")),
  $toInt: ofOne((value) => toNumberType(value, "int")),
  $toLong: ofOne((value) => toNumberType(value, "long")),
  $toObjectId,
  $trunc: rounded("$trunc"),
  $type: (document, expression, options) => typeOf(evaluate(document, expression, options)),
};

/** The names of expressions that are ours. */
export const ownExpressionNames: readonly string[] = Object.keys(expressions);

/** With those that do something before or after the library's own. */
export function ownExpressions(library: Library<Expression>): Library<Expression> {
  const { $convert: convert, $dateDiff, $function, $toString } = library;
  if (!convert || !$dateDiff || !$function || !$toString) throw new TypeError("an operator lacks");
  return {
    ...expressions,
    ...internalExpressions,
    $convert: converting(convert),
    $dateDiff: (document, expression, options) => {
      const difference = $dateDiff(document, expression, options);
      return typeof difference === "number" ? Long.fromNumber(difference) : difference;
    },
    $function: internalOnly($function),
    $toString: (document, expression, options) => {
      const value = evaluate(document, expression, options);
      return textOfBson(value) ?? $toString(document, { $literal: value }, options);
    },
  };
}

export const ownAccumulators: Library<Accumulator> = {
  ...Object.fromEntries(
    Object.keys(folds).map((name): [string, Accumulator] => [name, folded(name)]),
  ),
  $accumulator: refuseScript,
  $bottom,
  $bottomN,
  $maxN,
  $minN,
  $top,
  $topN,
};

/** As an expression: of the arguments, or of the items of a single one. */
function accumulating(name: string): Expression {
  const accumulate = folded(name);
  return (document, expression, options) => {
    // The library gives an accumulator within a stage all documents.
    if (Array.isArray(document)) return accumulate(document, expression, options);
    const value = evaluate(document, expression, options);
    const isList = Array.isArray(expression) && Array.isArray(value);
    const only: unknown = isList && value.length === 1 ? value[0] : value;
    return accumulate(Array.isArray(only) ? only : [only], null, options);
  };
}

function rounded(name: Rounding): Expression {
  return (document, expression, options) => {
    const value = evaluate(document, expression, options);
    const [number, place] = Array.isArray(expression) && Array.isArray(value) ? value : [value, 0];
    const places = Array.isArray(expression) && expression.length < 2 ? 0 : place;
    return round(name, number, places);
  };
}

function $match(documents: Parameters<Stage>[0], filter: Document, options: Options) {
  if (!isDocument(filter)) {
    throw new MongoError("Location15959", "the match filter must be an expression in an object");
  }
  const matches = compileFilter(decode(encode(filter)), { variables: variablesOf(options) });
  return documents.filter((document) => matches(rootElement(encode(document as Document))));
}

function $sort(documents: Parameters<Stage>[0], order: Document) {
  if (!isDocument(order) || Object.keys(order).length === 0) {
    throw new MongoError("Location15976", "$sort stage must have at least one sort key");
  }
  checkSort(order);
  const keyOf = sortKeyOf(order);
  return documents.transform((all) => {
    const keyed = (all as Document[]).map((document) => ({
      document,
      key: keyOf(encode(document)),
    }));
    keyed.sort((a, b) => Buffer.compare(a.key, b.key));
    return lazy(keyed.map(({ document }) => document));
  });
}

/** The one at the end of a pipeline is taken off before the library sees it. */
function refusedInside(name: string): () => never {
  return () => {
    throw new MongoError("Location40600", `${name} is not allowed to be used within another stage`);
  };
}

function variablesOf(options: Options): Document {
  const local: unknown = Reflect.get(options, "local");
  const variables: unknown = isObject(local) ? Reflect.get(local, "variables") : undefined;
  return { ...options.variables, ...(isObject(variables) ? variables : {}) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function compared(name: string, result: (order: number) => unknown): Expression {
  return ofTwo(name, ([a, b]) => result(compareValues(a, b)));
}

/** The library makes use of `$function` itself, with real functions, which no client can send. */
function internalOnly(run: Expression): Expression {
  return (document, expression, options) => {
    if (!isDocument(expression) || typeof expression.body !== "function") return refuseScript();
    return run(document, expression, options);
  };
}

function refuseScript(): never {
  throw new MongoError("BadValue", "scripts are not supported by this server");
}

function $toObjectId(document: unknown, expression: unknown, options: Options): unknown {
  const value = evaluate(document, expression, options);
  if (isNothing(value)) return null;
  if (value instanceof ObjectId) return value;
  if (typeof value === "string" && ObjectId.isValid(value)) return new ObjectId(value);
  const text = `Failed to parse objectId '${String(value)}' in $convert with no onError value`;
  throw new MongoError("ConversionFailure", text);
}

const numberTypes: Readonly<Record<string, NumberName>> = {
  "1": "double",
  "16": "int",
  "18": "long",
  "19": "decimal",
  decimal: "decimal",
  double: "double",
  int: "int",
  long: "long",
};

/** Conversions to numbers are ours; the library does the others. */
function converting(library: Expression): Expression {
  return (document, expression, options) => {
    if (!isDocument(expression)) return library(document, expression, options);
    const to = evaluate(document, expression.to, options);
    const wanted = numberTypes[String(toNumber(to) ?? to)];
    if (!wanted) return library(document, expression, options);
    const input = evaluate(document, expression.input, options);
    if (isNothing(input)) return evaluate(document, expression.onNull ?? null, options);
    try {
      return toNumberType(input, wanted);
    } catch (error) {
      if (!Object.hasOwn(expression, "onError")) throw error;
      return evaluate(document, expression.onError, options);
    }
  };
}
