import type { Options } from "mingo/types";
import { isDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { folds } from "./accumulators.ts";
import { isNothing, typeOf } from "./arithmetic.ts";
import { type Accumulator, type Expression, evaluate, scopeOf } from "./operator.ts";

/** A fold as the library's stages call an accumulator; of the values themselves without an expression. */
export function folded(name: string): Accumulator {
  return (documents, expression, options) => {
    const fold = folds[name]?.();
    if (!fold) throw new TypeError(`there is no accumulator ${name}`);
    const scope = scopeOf(options);
    for (const document of documents) {
      const hasNone = expression === null || expression === undefined;
      fold.add(
        hasNone ? document : evaluate(document, expression, scope.update({ root: document })),
      );
    }
    return fold.result();
  };
}

/** The first or last item of an array. */
export function atEnd(name: string, place: 0 | -1): Expression {
  const accumulate = folded(name);
  return (document, expression, options) => {
    if (Array.isArray(document)) return accumulate(document, expression, options);
    const given = Array.isArray(expression) && expression.length === 1 ? expression[0] : expression;
    const items = evaluate(document, given, options);
    if (isNothing(items)) return null;
    if (Array.isArray(items)) return items.at(place);
    throw new MongoError(
      "Location28689",
      `${name}'s argument must be an array, but is ${typeOf(items)}`,
    );
  };
}

/** One value out of the items of an array, one after the other. */
export function $reduce(document: unknown, expression: unknown, options: Options): unknown {
  const spec = isDocument(expression) ? expression : {};
  const items = evaluate(document, spec.input, options);
  if (isNothing(items)) return null;
  if (!Array.isArray(items)) {
    throw new MongoError(
      "Location40080",
      `$reduce requires that 'input' be an array, found: ${typeOf(items)}`,
    );
  }
  const scope = scopeOf(options);
  let value = evaluate(document, spec.initialValue, options);
  for (const item of items) {
    const variables = { this: item, value };
    value = evaluate(document, spec.in, scope.update({ root: rootOf(options), variables }));
  }
  return value;
}

function rootOf(options: Options): unknown {
  const local: unknown = Reflect.get(options, "local");
  return typeof local === "object" && local !== null ? Reflect.get(local, "root") : undefined;
}

/** As an expression: of the items of an array. */
export function rankedItems(accumulate: Accumulator): Expression {
  return (document, expression, options) => {
    if (Array.isArray(document) || !isDocument(expression)) {
      return accumulate(Array.isArray(document) ? document : [], expression, options);
    }
    const items = evaluate(document, expression.input, options);
    if (isNothing(items)) return null;
    const spec = { n: evaluate(document, expression.n, options), input: "$item" };
    const wrapped = (Array.isArray(items) ? items : [items]).map((item: unknown) => ({ item }));
    return accumulate(wrapped, spec, options);
  };
}
