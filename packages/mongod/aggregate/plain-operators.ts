import { isDocument, toNumber } from "../arguments.ts";
import { asDouble, numberKind, withPlainNumbers } from "../bson/numbers.ts";
import { MongoError } from "../errors.ts";
import { type Accumulator, type Expression, evaluate, type Stage } from "./operator.ts";

/**
 * The library knows JavaScript's numbers only. Its operators are given their arguments with
 * plain numbers; those that only move values are left as they are, so that these keep their types.
 */
export function withPlainArguments(run: Expression): Expression {
  return (document, expression, options) => run(document, plainArguments(expression), options);
}

/** The same for one whose result is always a double. */
export function toDouble(run: Expression): Expression {
  const plain = withPlainArguments(run);
  return (document, expression, options) => {
    const result = plain(document, expression, options);
    return typeof result === "number" ? asDouble(result) : result;
  };
}

/**
 * The same for accumulators. They leave out what is no number to them, so that one that cannot be
 * made plain has to be refused, lest the result be wrong.
 */
export function accumulatorWithPlainArguments(run: Accumulator): Accumulator {
  return (documents, expression, options) =>
    run(documents, plainArguments(expression, "$internalPlainNumber"), options);
}

/** For stages that compare and calculate by themselves: their documents lose the types of numbers. */
export function withPlainDocuments(run: Stage): Stage {
  return (documents, spec, options) => {
    const plain = documents.map((document) => withPlainNumbers(document));
    return run(plain, withPlainNumbers(spec) as typeof spec, options);
  };
}

/** All arguments but the first with plain numbers: counts and places in an array. */
export function withPlainRest(run: Expression): Expression {
  return (document, expression, options) => {
    const [first, ...rest] = Array.isArray(expression) ? expression : [expression];
    const given = Array.isArray(expression)
      ? [first, ...rest.map((each) => plainArguments(each))]
      : expression;
    return run(document, given, options);
  };
}

/** The named argument with plain numbers. */
export function withPlainCount<Run extends Expression | Accumulator>(name: string, run: Run): Run {
  const wrapped = (document: never, expression: unknown, options: never) => {
    const given = isDocument(expression)
      ? { ...expression, [name]: plainArguments(expression[name]) }
      : expression;
    return run(document, given, options);
  };
  return wrapped as Run;
}

/** Each argument is asked whether it is true, as MongoDB sees it. */
export function withTruth(run: Expression): Expression {
  return (document, expression, options) => {
    const list = Array.isArray(expression) ? expression : [expression];
    return run(document, list.map(truthOf), options);
  };
}

export function conditional(run: Expression): Expression {
  return (document, expression, options) => {
    if (Array.isArray(expression) && expression.length === 3) {
      const [condition, ...rest] = expression;
      return run(document, [truthOf(condition), ...rest], options);
    }
    const given = isDocument(expression)
      ? { ...expression, if: truthOf(expression.if) }
      : expression;
    return run(document, given, options);
  };
}

export function switching(run: Expression): Expression {
  return (document, expression, options) => {
    if (!isDocument(expression) || !Array.isArray(expression.branches)) {
      return run(document, expression, options);
    }
    const branches = expression.branches.map((branch: unknown) =>
      isDocument(branch) ? { ...branch, case: truthOf(branch.case) } : branch,
    );
    return run(document, { ...expression, branches }, options);
  };
}

export function filtering(run: Expression): Expression {
  return (document, expression, options) => {
    const given = isDocument(expression)
      ? { ...expression, cond: truthOf(expression.cond) }
      : expression;
    return run(document, given, options);
  };
}

/** Throws for names that only the wrappers may use. */
export function refuseInternal(expression: unknown): void {
  if (Array.isArray(expression)) for (const item of expression) refuseInternal(item);
  if (!isDocument(expression)) return;
  for (const [name, value] of Object.entries(expression)) {
    if (Object.hasOwn(internalExpressions, name)) {
      throw new MongoError("InvalidPipelineOperator", `Unrecognized expression '${name}'`);
    }
    refuseInternal(value);
  }
}

/** Operators of ours that the wrappers put around arguments; see `refuseInternal`. */
export const internalExpressions: Readonly<Record<string, Expression>> = {
  $internalNoBucket() {
    const text =
      "$switch could not find a matching branch for an input, and no default was specified.";
    throw new MongoError("Location40066", text);
  },
  $internalPlain: (document, expression, options) =>
    withPlainNumbers(evaluate(document, expression, options)),
  $internalPlainNumber(document, expression, options) {
    const value = withPlainNumbers(evaluate(document, expression, options));
    if (typeof value === "number" || numberKind(value) === undefined) return value;
    const text = "decimals and longs beyond 2^53 take no part in statistics on this server";
    throw new MongoError("BadValue", text);
  },
  $internalScope: (_document, _expression, options) => options,
  $internalTruth: (document, expression, options) =>
    isTrue(evaluate(document, expression, options)),
};

/** Everything but false, null, what is missing, and zero. */
export function isTrue(value: unknown): boolean {
  if (numberKind(value) !== undefined) return toNumber(value) !== 0;
  return value !== false && value !== null && value !== undefined;
}

function truthOf(expression: unknown): unknown {
  return { $internalTruth: expression };
}

/** Constants stay as they stand, for some operators look at them unevaluated. */
function plainArguments(expression: unknown, wrapper = "$internalPlain"): unknown {
  const plain = (inner: unknown) => plainArguments(inner, wrapper);
  if (Array.isArray(expression)) return expression.map(plain);
  if (typeof expression === "string") {
    return expression.startsWith("$") ? { [wrapper]: expression } : expression;
  }
  if (!isDocument(expression)) return withPlainNumbers(expression);
  const [first] = Object.keys(expression);
  if (first?.startsWith("$")) return { [wrapper]: expression };
  return Object.fromEntries(
    Object.entries(expression).map(([name, value]) => [name, plain(value)]),
  );
}
