import { Decimal128, type Document, Long, ObjectId } from "bson";
import type { Iterator } from "mingo/lazy";
import type { Options } from "mingo/types";
import { isDocument, typeName } from "../arguments.ts";
import { decode, encode } from "../bson/codec.ts";
import { compareValues } from "../bson/key.ts";
import { MongoError } from "../errors.ts";
import { compileFilter, rootElement } from "../query/filter.ts";
import { checkSort, sortKeyOf } from "../query/sort.ts";
import { mingo } from "./mingo.ts";

type Evaluate = (document: unknown, expression: unknown, options: Options) => unknown;

/** What the library does by JavaScript's rules and MongoDB by those of BSON. */
export const bsonOperators = {
  pipeline: { $match, $merge: refusedInside("$merge"), $out: refusedInside("$out"), $sort },
  expression: {
    $cmp: compared((order) => Math.sign(order)),
    $eq: compared((order) => order === 0),
    $gt: compared((order) => order > 0),
    $gte: compared((order) => order >= 0),
    $lt: compared((order) => order < 0),
    $lte: compared((order) => order <= 0),
    $ne: compared((order) => order !== 0),
    $toObjectId,
    $type,
  },
};

function $match(documents: Iterator, filter: Document, options: Options): Iterator {
  if (!isDocument(filter)) {
    throw new MongoError("Location15959", "the match filter must be an expression in an object");
  }
  const matches = compileFilter(decode(encode(filter)), { variables: variablesOf(options) });
  return documents.filter((document) => matches(rootElement(encode(document as Document))));
}

function $sort(documents: Iterator, order: Document): Iterator {
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

function lazy(documents: readonly Document[]): Iterator {
  return new (mingo().Aggregator)([], { context: mingo().context }).stream([...documents]);
}

function variablesOf(options: Options): Document {
  const local: unknown = Reflect.get(options, "local");
  const variables: unknown = isObject(local) ? Reflect.get(local, "variables") : undefined;
  return { ...options.variables, ...(isObject(variables) ? variables : {}) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function compared(result: (order: number) => unknown): Evaluate {
  return (document, expression, options) => {
    const values = mingo().evalExpr(document, expression, options);
    if (!Array.isArray(values) || values.length !== 2) {
      throw new MongoError("Location16020", "Expression takes exactly 2 arguments.");
    }
    return result(compareValues(values[0], values[1]));
  };
}

/** The type of a value, or `missing`. */
function $type(document: unknown, expression: unknown, options: Options): unknown {
  const value = mingo().evalExpr(document, expression, options);
  return value === undefined ? "missing" : typeName(value);
}

/** `$toString` that also knows the classes of BSON. */
export function textOfIds(toText: Evaluate): Evaluate {
  return (document, expression, options) => {
    const value = mingo().evalExpr(document, expression, options);
    const isClass = value instanceof ObjectId || value instanceof Decimal128 || Long.isLong(value);
    return isClass ? value.toString() : toText(document, { $literal: value }, options);
  };
}

/** The library makes use of `$function` itself, with real functions, which no client can send. */
export function internalOnly(run: Evaluate): Evaluate {
  return (document, expression, options) => {
    if (!isDocument(expression) || typeof expression.body !== "function") return refuseScript();
    return run(document, expression, options);
  };
}

export function refuseScript(): never {
  throw new MongoError("BadValue", "scripts are not supported by this server");
}

function $toObjectId(document: unknown, expression: unknown, options: Options): unknown {
  const value = mingo().evalExpr(document, expression, options);
  if (value === null || value === undefined) return null;
  if (value instanceof ObjectId) return value;
  if (typeof value === "string" && ObjectId.isValid(value)) return new ObjectId(value);
  throw new MongoError("BadValue", `Failed to parse objectId '${String(value)}' in $convert`);
}
