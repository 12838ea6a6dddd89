import { BSONRegExp, type Document, Long } from "bson";
import { isDocument, toNumber, typeName } from "../../arguments.ts";
import { elementOf, encode } from "../../bson/codec.ts";
import { compareValues } from "../../bson/key.ts";
import { textOf } from "../../bson/text.ts";
import { MongoError } from "../../errors.ts";
import { compileFilter } from "../../query/filter.ts";
import { isOperatorDocument, rootElement } from "../../query/predicates.ts";
import { checkSort, sortKeyOf } from "../../query/sort.ts";
import { itemTest } from "../query/array.ts";
import { equals } from "../query/comparison.ts";
import { regexTest } from "../query/regex.ts";
import { setAt, type Target, type UpdateOperator, valueAt } from "./target.ts";

const pushModifiers = new Set(["$each", "$position", "$slice", "$sort"]);

export const $push: UpdateOperator = {
  check(operand) {
    if (!hasEach(operand)) return;
    requireArray(operand.$each, "$each");
    const unknown = Object.keys(operand).find((name) => !pushModifiers.has(name));
    if (unknown) throw new MongoError("BadValue", `Unrecognized clause in $push: ${unknown}`);
    for (const name of ["$position", "$slice"]) requireInteger(operand[name], name);
    if (isDocument(operand.$sort)) checkSort(operand.$sort);
  },
  apply(target) {
    const array = arrayAt(target, "$push");
    const modifiers = hasEach(target.operand) ? target.operand : { $each: [target.operand] };
    const position = toNumber(modifiers.$position);
    array.splice(position ?? array.length, 0, ...asArray(modifiers.$each));
    if (modifiers.$sort !== undefined) sortItems(array, modifiers.$sort);
    const slice = toNumber(modifiers.$slice);
    const kept =
      slice === undefined ? array : slice < 0 ? array.slice(slice) : array.slice(0, slice);
    setAt(target, kept);
  },
};

export const $addToSet: UpdateOperator = {
  check(operand) {
    if (hasEach(operand)) requireArray(operand.$each, "$each");
  },
  apply(target) {
    const array = arrayAt(target, "$addToSet");
    const added = hasEach(target.operand) ? asArray(target.operand.$each) : [target.operand];
    for (const value of added) {
      if (!array.some((item) => compareValues(item, value) === 0)) array.push(value);
    }
    setAt(target, array);
  },
};

export const $pop: UpdateOperator = {
  check(operand, name) {
    const number = toNumber(operand);
    if (number === 1 || number === -1) return;
    const text = `$pop expects 1 or -1, found: ${textOf(operand)} (field ${name})`;
    throw new MongoError("FailedToParse", text);
  },
  apply(target) {
    const array = valueAt(target);
    if (array === undefined) return;
    if (!Array.isArray(array)) {
      const text = `Path '${target.path.join(".")}' contains an element of non-array type '${typeName(array)}'`;
      throw new MongoError("TypeMismatch", text);
    }
    setAt(target, toNumber(target.operand) === 1 ? array.slice(0, -1) : array.slice(1));
  },
};

export const $pull: UpdateOperator = {
  apply(target) {
    const array = presentArray(target, "$pull");
    if (!array) return;
    const matches = pullTest(target.operand);
    setAt(
      target,
      array.filter((item) => !matches(item)),
    );
  },
};

export const $pullAll: UpdateOperator = {
  check(operand) {
    if (Array.isArray(operand)) return;
    const text = `$pullAll requires an array argument but was given a ${typeName(operand)}`;
    throw new MongoError("BadValue", text);
  },
  apply(target) {
    const array = presentArray(target, "$pullAll");
    if (!array) return;
    const gone = asArray(target.operand);
    setAt(
      target,
      array.filter((item) => !gone.some((value) => compareValues(item, value) === 0)),
    );
  },
};

function pullTest(operand: unknown): (item: unknown) => boolean {
  if (operand instanceof BSONRegExp) {
    const test = regexTest(operand);
    return (item) => test(elementOf(item));
  }
  if (isOperatorDocument(operand)) {
    const test = itemTest(operand);
    return (item) => test(elementOf(item));
  }
  if (isDocument(operand)) {
    const filter = compileFilter(operand);
    return (item) => isDocument(item) && filter(rootElement(encode(item)));
  }
  const test = equals(operand);
  return (item) => test(elementOf(item));
}

function sortItems(array: unknown[], order: unknown): void {
  if (!isDocument(order)) {
    const direction = toNumber(order) ?? 1;
    array.sort((a, b) => direction * compareValues(a, b));
    return;
  }
  const fields = Object.entries(order).map(([name, direction]): Field => {
    return [name, toNumber(direction) ?? 1];
  });
  if (hasOnlyLongs(array, fields)) {
    array.sort((a, b) => compareLongs(a, b, fields));
    return;
  }
  const keyOf = sortKeyOf(order);
  const keyed = array.map((item) => ({ item, key: keyOf(encode(isDocument(item) ? item : {})) }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  array.splice(0, array.length, ...keyed.map(({ item }) => item));
}

type Field = readonly [name: string, direction: number];

/** Longs have an order of their own: to make keys of many costs several times as much. */
function hasOnlyLongs(array: readonly unknown[], fields: readonly Field[]): array is Document[] {
  return array.every((item) => isDocument(item) && fields.every((field) => isLong(item, field)));
}

function isLong(item: Document, [name]: Field): boolean {
  return !name.includes(".") && item[name] instanceof Long;
}

function compareLongs(a: Document, b: Document, fields: readonly Field[]): number {
  for (const [name, direction] of fields) {
    const order = a[name].compare(b[name]);
    if (order !== 0) return direction * order;
  }
  return 0;
}

function arrayAt(target: Target, operator: string): unknown[] {
  return presentArray(target, operator) ?? [];
}

function presentArray(target: Target, operator: string): unknown[] | undefined {
  const value = valueAt(target);
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return [...value];
  const where = target.path.join(".");
  if (operator === "$pull" || operator === "$pullAll") {
    throw new MongoError("BadValue", `Cannot apply ${operator} to a non-array value`);
  }
  const text =
    `The field '${where}' must be an array but is of type ${typeName(value)} in document ` +
    `{_id: ${textOf(target.document._id)}}`;
  throw new MongoError("BadValue", text);
}

function hasEach(operand: unknown): operand is Document {
  return isDocument(operand) && Object.hasOwn(operand, "$each");
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function requireArray(value: unknown, name: string): void {
  if (Array.isArray(value)) return;
  const text = `The argument to ${name} must be an array but it was of type: ${typeName(value)}`;
  throw new MongoError("BadValue", text);
}

function requireInteger(value: unknown, name: string): void {
  if (value === undefined || Number.isInteger(toNumber(value))) return;
  const text = `The value for ${name} must be an integer value but was given type: ${typeName(value)}`;
  throw new MongoError("BadValue", text);
}
