import type { Document } from "bson";
import type { Iterator } from "mingo/lazy";
import type { Options } from "mingo/types";
import { MongoError } from "../errors.ts";
import { mingo } from "./mingo.ts";

/** An operator of an expression, as the library calls it. */
export type Expression = (document: unknown, expression: unknown, options: Options) => unknown;

/** An accumulator, given all documents of a group. */
export type Accumulator = (
  documents: readonly unknown[],
  expression: unknown,
  options: Options,
) => unknown;

/** A stage of a pipeline. */
export type Stage = (documents: Iterator, spec: Document, options: Options) => Iterator;

/** What an expression is for a document, within a stage. */
export function evaluate(document: unknown, expression: unknown, options: Options): unknown {
  return mingo().evalExpr(document, expression, options);
}

/** An operator of one argument, which may stand in an array. */
export function ofOne(run: (value: unknown) => unknown): Expression {
  return (document, expression, options) => {
    const value = evaluate(document, expression, options);
    return run(Array.isArray(expression) && Array.isArray(value) ? value[0] : value);
  };
}

/** An operator of a list of arguments. */
export function ofMany(run: (values: readonly unknown[]) => unknown): Expression {
  return (document, expression, options) => {
    const value = evaluate(document, expression, options);
    return run(Array.isArray(expression) && Array.isArray(value) ? value : [value]);
  };
}

/** An operator of two arguments, no less and no more. */
export function ofTwo(name: string, run: (values: readonly unknown[]) => unknown): Expression {
  return (document, expression, options) => {
    const count = Array.isArray(expression) ? expression.length : 1;
    if (count !== 2) {
      const text = `Expression ${name} takes exactly 2 arguments. ${count} were passed in.`;
      throw new MongoError("Location16020", text);
    }
    const values = evaluate(document, expression, options);
    return run(Array.isArray(values) ? values : []);
  };
}

/** What a stage's expressions are about: made once, and turned to one document after the other. */
export interface Scope {
  readonly update: (locals: {
    readonly root: unknown;
    readonly groupId?: unknown;
    readonly variables?: unknown;
  }) => Options;
}

export function scopeOf(options: Options): Scope {
  const current: unknown = mingo().evalExpr({}, { $internalScope: 1 }, options);
  const made = current as { readonly constructor: { init(options: unknown): Scope } };
  return made.constructor.init(current);
}
