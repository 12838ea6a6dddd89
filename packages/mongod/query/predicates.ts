import { BSONRegExp, type Document } from "bson";
import { isDocument, typeName } from "../arguments.ts";
import { type Element, types } from "../bson/element.ts";
import { MongoError } from "../errors.ts";
import { queryOperators } from "../operators/query/index.ts";
import { type LeafTest, type Path, parsePath, someAt } from "./path.ts";

/** Whether a document, as an element of type object, is one that is looked for. */
export type Predicate = (document: Element) => boolean;

/** What an operator makes of its operand. */
export interface LeafPredicate {
  readonly test: LeafTest;
  /** An array is tried as a whole and then item by item. */
  readonly expand: boolean;
  /** The document matches if no value passes the test. */
  readonly negate?: boolean;
}

/** Values that a filter's expressions may use as `$$name`. */
export interface FilterOptions {
  readonly variables?: Document | undefined;
}

/** What `$expr` needs, which is much code: a server that starts should not wait for it. */
export type ExpressionTest = (expression: unknown, variables: Document | undefined) => Predicate;

interface Compiling extends FilterOptions {
  readonly expressionTest?: ExpressionTest;
}

/** One operator of a query: from its operand (and its neighbours) to a test. */
export type QueryOperator = (operand: unknown, neighbours: Document) => LeafPredicate;

/**
 * Compiles a filter once, for any number of documents. Throws BadValue on what it cannot mean,
 * such as `$expr` where there is no `expressionTest`: in the filter of a partial index.
 */
export function compilePredicate(filter: Document, options: Compiling = {}): Predicate {
  const predicates = Object.entries(filter).flatMap(([name, value]) =>
    name.startsWith("$") ? topLevel(name, value, options) : fieldPredicates(name, value),
  );
  return every(predicates);
}

/** The whole document `bytes` as an element, for a predicate. */
export function rootElement(bytes: Uint8Array): Element {
  return { type: types.object, bytes, start: 0, end: bytes.length };
}

/** `{ $gt: 1 }` as against a document that is looked for as it stands. */
export function isOperatorDocument(value: unknown): value is Document {
  if (!isDocument(value)) return false;
  const [first] = Object.keys(value);
  return first?.startsWith("$") === true && first !== "$ref" && first !== "$id" && first !== "$db";
}

/** The tests that an operator document puts to one value. */
export function leafPredicates(operators: Document): LeafPredicate[] {
  return Object.entries(operators).flatMap(([name, operand]) => {
    const operator = Object.hasOwn(queryOperators, name) ? queryOperators[name] : undefined;
    if (!operator) throw new MongoError("BadValue", `unknown operator: ${name}`);
    const leaf = operator(operand, operators);
    return name === "$options" ? [] : [leaf];
  });
}

/** What may stand at the top of a filter. */
export const topLevelOperators = [
  "$alwaysFalse",
  "$alwaysTrue",
  "$and",
  "$comment",
  "$expr",
  "$jsonSchema",
  "$nor",
  "$or",
  "$text",
  "$where",
] as const;

function topLevel(name: string, value: unknown, options: Compiling): Predicate[] {
  switch (name) {
    case "$and":
      return clauses(name, value, options);
    case "$or": {
      const either = clauses(name, value, options);
      return [(document) => either.some((predicate) => predicate(document))];
    }
    case "$nor": {
      const neither = clauses(name, value, options);
      return [(document) => !neither.some((predicate) => predicate(document))];
    }
    case "$expr":
      if (!options.expressionTest) throw new MongoError("BadValue", "$expr is not allowed here");
      return [options.expressionTest(value, options.variables)];
    case "$comment":
      return [];
    case "$alwaysTrue":
      return [];
    case "$alwaysFalse":
      return [() => false];
    case "$where":
    case "$text":
    case "$jsonSchema":
      throw new MongoError("BadValue", `${name} is not supported by this server`);
    default:
      throw new MongoError(
        "BadValue",
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' ` +
          "symbol, consider using $getField or $setField.",
      );
  }
}

function clauses(name: string, value: unknown, options: Compiling): Predicate[] {
  if (!Array.isArray(value)) throw new MongoError("BadValue", `${name} must be an array`);
  if (value.length === 0) {
    throw new MongoError("BadValue", "$and/$or/$nor must be a nonempty array");
  }
  return value.map((clause: unknown) => {
    if (isDocument(clause)) return compilePredicate(clause, options);
    throw new MongoError("BadValue", "$or/$and/$nor entries need to be full objects");
  });
}

function fieldPredicates(name: string, value: unknown): Predicate[] {
  const path = parsePath(name);
  if (!isOperatorDocument(value)) return [leafAt(path, equalityOrRegex(value))];
  const { $not, ...operators } = value;
  const predicates = leafPredicates(operators).map((leaf) => leafAt(path, leaf));
  if (Object.hasOwn(value, "$not")) predicates.push(negation(name, $not));
  return predicates;
}

function equalityOrRegex(value: unknown): LeafPredicate {
  const operator = value instanceof BSONRegExp ? queryOperators.$regex : queryOperators.$eq;
  if (!operator) throw new MongoError("InternalError", "no operator for equality");
  return operator(value, {});
}

function negation(name: string, operand: unknown): Predicate {
  const isRegex = operand instanceof BSONRegExp;
  if (!isRegex && !isDocument(operand)) {
    throw new MongoError("BadValue", `$not needs a regex or a document, not ${typeName(operand)}`);
  }
  if (!isRegex && Object.keys(operand).length === 0) {
    throw new MongoError("BadValue", "$not cannot be empty");
  }
  if (!isRegex && !isOperatorDocument(operand)) {
    throw new MongoError("BadValue", `unknown operator: ${Object.keys(operand)[0]}`);
  }
  const positive = every(fieldPredicates(name, operand));
  return (document) => !positive(document);
}

function leafAt(path: Path, { test, expand, negate }: LeafPredicate): Predicate {
  const search = { test, expand };
  if (negate) return (document) => !someAt(document, path, search);
  return (document) => someAt(document, path, search);
}

function every(predicates: readonly Predicate[]): Predicate {
  const [only] = predicates;
  if (!only) return () => true;
  if (predicates.length === 1) return only;
  return (document) => predicates.every((predicate) => predicate(document));
}
