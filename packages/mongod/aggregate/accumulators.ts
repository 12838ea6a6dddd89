import { type Document, ObjectId } from "bson";
import { isDocument } from "../arguments.ts";
import { decimalOf, divideDecimals } from "../bson/decimal.ts";
import { compareValues, keyOfValue } from "../bson/key.ts";
import { asDouble, numberKind } from "../bson/numbers.ts";
import { MongoError } from "../errors.ts";
import { doubleOf, isNothing, Sum, typeOf } from "./arithmetic.ts";

/** What a group makes of one value of each of its documents; a field that is missing is undefined. */
export interface Fold {
  add(value: unknown): void;
  result(): unknown;
}

/** The accumulators that need not keep the documents. */
export const folds: Readonly<Record<string, () => Fold>> = {
  $addToSet: addToSet,
  $avg: average,
  $count: count,
  $first: first,
  $last: last,
  $max: () => extreme((order) => order > 0),
  $mergeObjects: mergeObjects,
  $min: () => extreme((order) => order < 0),
  $push: push,
  $sum: sum,
};

function count(): Fold {
  let documents = 0;
  return {
    add() {
      documents += 1;
    },
    result: () => documents,
  };
}

function sum(): Fold {
  const total = new Sum();
  return {
    add(value) {
      if (numberKind(value)) total.add(value);
    },
    result: () => total.result(),
  };
}

function average(): Fold {
  const total = new Sum();
  let count = 0;
  return {
    add(value) {
      if (!numberKind(value)) return;
      total.add(value);
      count += 1;
    },
    result() {
      if (count === 0) return null;
      const all = total.result();
      if (numberKind(all) === "decimal") return divideDecimals(decimalOf(all), decimalOf(count));
      return asDouble(doubleOf(all) / count);
    },
  };
}

/** What is null or missing does not take part. */
function extreme(isBetter: (order: number) => boolean): Fold {
  let best: unknown = null;
  return {
    add(value) {
      if (isNothing(value)) return;
      if (best === null || isBetter(compareValues(value, best))) best = value;
    },
    result: () => best,
  };
}

function push(): Fold {
  const values: unknown[] = [];
  return {
    add(value) {
      if (value !== undefined) values.push(value);
    },
    result: () => values,
  };
}

function addToSet(): Fold {
  const values = new Map<string, unknown>();
  return {
    add(value) {
      if (value === undefined) return;
      const name = nameOf(value);
      if (!values.has(name)) values.set(name, value);
    },
    result: () => [...values.values()],
  };
}

function first(): Fold {
  let isEmpty = true;
  let kept: unknown = null;
  return {
    add(value) {
      if (isEmpty) kept = value ?? null;
      isEmpty = false;
    },
    result: () => kept,
  };
}

function last(): Fold {
  let kept: unknown = null;
  return {
    add(value) {
      kept = value ?? null;
    },
    result: () => kept,
  };
}

function mergeObjects(): Fold {
  const merged: Document = {};
  return {
    add(value) {
      if (isNothing(value)) return;
      if (!isDocument(value)) {
        const text = `$mergeObjects requires object inputs, but input is of type ${typeOf(value)}`;
        throw new MongoError("Location40400", text);
      }
      Object.assign(merged, value);
    },
    result: () => merged,
  };
}

/** Equal values have equal names, whatever types their numbers have. */
export function nameOf(value: unknown): string {
  if (typeof value === "string") return `s${value}`;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (numberKind(value)) {
    const number = doubleOf(value);
    // Beyond that a long is not the double next to it.
    if (Math.abs(number) < 2 ** 53) return `n${number + 0}`;
  }
  return Buffer.from(keyOfValue(value)).toString("latin1");
}
