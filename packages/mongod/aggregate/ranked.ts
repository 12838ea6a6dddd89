import type { Document } from "bson";
import type { Options } from "mingo/types";
import { isDocument, toNumber } from "../arguments.ts";
import { encode } from "../bson/codec.ts";
import { compareValues } from "../bson/key.ts";
import { MongoError } from "../errors.ts";
import { checkSort, sortKeyOf } from "../query/sort.ts";
import { isNothing } from "./arithmetic.ts";
import { type Accumulator, evaluate, scopeOf } from "./operator.ts";

export const $top: Accumulator = (...group) => ranked(group, { count: 1 })[0] ?? null;
export const $topN: Accumulator = (...group) => ranked(group, {});
export const $bottom: Accumulator = (...group) =>
  ranked(group, { count: 1, fromEnd: true })[0] ?? null;
export const $bottomN: Accumulator = (...group) => ranked(group, { fromEnd: true });
export const $maxN: Accumulator = (...group) => extremes(group, -1);
export const $minN: Accumulator = (...group) => extremes(group, 1);

type Group = Parameters<Accumulator>;

interface Wanted {
  readonly count?: number;
  readonly fromEnd?: boolean;
}

/** The outputs of the first or last documents by an order of their own. */
function ranked([documents, spec, options]: Group, wanted: Wanted): unknown[] {
  if (!isDocument(spec) || !isDocument(spec.sortBy)) {
    throw new MongoError("Location5788001", "$topN and its like need 'sortBy' and 'output'");
  }
  checkSort(spec.sortBy);
  const keyOf = sortKeyOf(spec.sortBy);
  const keyed = documents.map((document) => ({
    document,
    key: keyOf(encode(asDocument(document))),
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  const count = wanted.count ?? countOf(spec.n, options);
  const fromEnd = wanted.fromEnd ?? false;
  const chosen = fromEnd ? keyed.slice(-count) : keyed.slice(0, count);
  const scope = scopeOf(options);
  return chosen.map(
    ({ document }) => evaluate(document, spec.output, scope.update({ root: document })) ?? null,
  );
}

function extremes([documents, spec, options]: Group, direction: 1 | -1): unknown[] {
  if (!isDocument(spec)) throw new MongoError("Location5787801", "specification must be an object");
  const scope = scopeOf(options);
  const values = documents
    .map((document) => evaluate(document, spec.input, scope.update({ root: document })))
    .filter((value) => !isNothing(value));
  values.sort((a, b) => compareValues(a, b) * direction);
  return values.slice(0, countOf(spec.n, options));
}

function countOf(expression: unknown, options: Options): number {
  const count = toNumber(evaluate({}, expression, options));
  if (count !== undefined && Number.isInteger(count) && count > 0) return count;
  throw new MongoError("Location5787908", "'n' must be greater than 0");
}

function asDocument(value: unknown): Document {
  return isDocument(value) ? value : {};
}
