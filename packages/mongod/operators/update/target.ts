import type { Document } from "bson";
import { isDocument } from "../../arguments.ts";
import { textOf } from "../../bson/text.ts";
import { MongoError } from "../../errors.ts";

/** Where an operator works, and with what. */
export interface Target {
  readonly document: Document;
  readonly path: readonly string[];
  readonly operand: unknown;
}

/** One update operator. `apply` changes the document in place. */
export interface UpdateOperator {
  apply(target: Target): void;
  /** Throws if the operand can never be right, whatever the document. */
  check?(operand: unknown, name: string): void;
  /** Further paths that the operator writes. */
  alsoTouches?(operand: unknown): readonly string[];
  readonly onlyOnInsert?: boolean;
}

/** More nulls than this are not put in front of a new item of an array. */
const backfillMax = 1_500_000;

/** The value at the target's path, or undefined if it is not there. */
export function valueAt({ document, path }: Target): unknown {
  let value: unknown = document;
  for (const part of path) {
    if (!isContainer(value) || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** Sets the value, making documents on the way. Throws PathNotViable where something is in it. */
export function setAt({ document, path }: Target, value: unknown): void {
  let container: unknown = document;
  for (const [at, part] of path.entries()) {
    const last = at === path.length - 1;
    const below: unknown = isContainer(container) ? own(container, part) : undefined;
    if (!last && below !== undefined) {
      requireContainer(below, { path, at });
      container = below;
      continue;
    }
    const next: unknown = last ? value : {};
    put(container, part, { value: next, path, at });
    container = next;
  }
}

/** Takes the field away; in an array, null takes its place. */
export function removeAt(target: Target): void {
  const parent = valueAt({ ...target, path: target.path.slice(0, -1) });
  const name = target.path.at(-1) ?? "";
  if (!isContainer(parent) || !Object.hasOwn(parent, name)) return;
  if (Array.isArray(parent)) parent[Number(name)] = null;
  else Reflect.deleteProperty(parent, name);
}

function isContainer(value: unknown): value is Document | unknown[] {
  return isDocument(value) || Array.isArray(value);
}

function own(container: Document | unknown[], name: string): unknown {
  return Object.hasOwn(container, name) ? Reflect.get(container, name) : undefined;
}

interface Place {
  readonly path: readonly string[];
  readonly at: number;
}

function requireContainer(value: unknown, { path, at }: Place): void {
  if (isContainer(value)) return;
  throw notViable(path[at + 1] ?? "", path[at] ?? "", value);
}

function put(
  container: unknown,
  name: string,
  { value, path, at }: Place & { value: unknown },
): void {
  if (Array.isArray(container)) {
    if (!/^(0|[1-9]\d*)$/.test(name)) throw notViable(name, path[at - 1] ?? "", container);
    putItem(container, Number(name), value);
    return;
  }
  if (!isDocument(container)) throw notViable(name, path[at - 1] ?? "", container);
  Object.defineProperty(container, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function putItem(array: unknown[], position: number, value: unknown): void {
  if (position - array.length > backfillMax) {
    throw new MongoError("CannotBackfillArray", `can't backfill more than ${backfillMax} elements`);
  }
  while (array.length < position) array.push(null);
  array[position] = value;
}

function notViable(name: string, parent: string, value: unknown): MongoError {
  const text = `Cannot create field '${name}' in element {${parent}: ${textOf(value)}}`;
  return new MongoError("PathNotViable", text);
}
