import type { Document } from "bson";
import { evaluator } from "../aggregate/pipeline.ts";
import { isDocument, toNumber } from "../arguments.ts";
import { decode, decodeForExpressions, elementOf, encode } from "../bson/codec.ts";
import { MongoError } from "../errors.ts";
import { itemTest } from "../operators/query/array.ts";
import { setAt, valueAt } from "../operators/update/target.ts";
import { type Mask, masked, maskOf } from "./mask.ts";
import { matchedPosition } from "./matched-position.ts";
import { isOperatorDocument } from "./predicates.ts";

export type Projection = (document: Uint8Array) => Uint8Array;

/** A field that is worked out after the mask has been laid over the document. */
type Computed = (original: Uint8Array, projected: Document) => void;

/**
 * Compiles a projection of `find`; undefined if it takes everything as it is. The filter is for
 * the positional `$`. Throws MongoDB's errors for one that mixes inclusion and exclusion.
 */
export function compileProjection(spec: Document, filter: Document): Projection | undefined {
  const entries = flatten(spec);
  if (entries.length === 0) return undefined;
  const { mask, computed } = readEntries(entries, filter);
  if (computed.length === 0) return (document) => masked(document, mask);
  return (document) => {
    const projected = decode(masked(document, mask));
    for (const compute of computed) compute(document, projected);
    return encode(projected);
  };
}

/** `{ a: { b: 1 } }` means `{ "a.b": 1 }`. */
function flatten(spec: Document, prefix = ""): [string, unknown][] {
  return Object.entries(spec).flatMap(([name, value]): [string, unknown][] => {
    const path = `${prefix}${name}`;
    const isNested =
      isDocument(value) && !isOperatorDocument(value) && Object.keys(value).length > 0;
    return isNested ? flatten(value, `${path}.`) : [[path, value]];
  });
}

function readEntries(entries: readonly [string, unknown][], filter: Document) {
  const included: string[] = [];
  const excluded: string[] = [];
  const computed: Computed[] = [];
  let sliced = false;
  for (const [path, value] of entries) {
    const flag = typeof value === "boolean" ? Number(value) : toNumber(value);
    if (path.endsWith(".$") && flag !== undefined) {
      included.push(path.slice(0, -2));
      computed.push(positional(path.slice(0, -2), filter));
    } else if (flag !== undefined) {
      (flag === 0 ? excluded : included).push(path);
    } else if (isDocument(value) && Object.hasOwn(value, "$slice")) {
      sliced = true;
      computed.push(slice(path, value.$slice));
      included.push(`${path}\0slice`);
    } else if (isDocument(value) && Object.hasOwn(value, "$elemMatch")) {
      included.push(`${path}\0`);
      computed.push(firstMatch(path, value.$elemMatch));
    } else {
      included.push(`${path}\0`);
      computed.push(expression(path, value));
    }
  }
  return { mask: chooseMask({ included, excluded, sliced }), computed };
}

/** Computed fields ask for an inclusion without being part of the mask; a `$slice` fits both. */
function chooseMask(paths: { included: string[]; excluded: string[]; sliced: boolean }): Mask {
  const idExcluded = paths.excluded.includes("_id");
  const excluded = paths.excluded.filter((path) => path !== "_id");
  const plain = paths.included.filter((path) => !path.includes("\0"));
  const slices = paths.included.filter((path) => path.endsWith("\0slice"));
  const others = paths.included.length - slices.length;
  const [firstExcluded] = excluded;
  if (firstExcluded !== undefined && others > 0) throw mixed(firstExcluded, plain, paths.included);
  const includes = others > 0 && !(others === 1 && plain[0] === "_id" && slices.length > 0);
  if (includes) {
    const names = [...plain, ...slices.map((path) => path.slice(0, -"\0slice".length))];
    return maskOf(idExcluded ? names : [...names, "_id"], "include");
  }
  return maskOf(idExcluded ? [...excluded, "_id"] : excluded, "exclude");
}

function mixed(
  excluded: string,
  plain: readonly string[],
  included: readonly string[],
): MongoError {
  const name = plain[0] ?? included[0]?.replace(/\0.*$/, "") ?? "";
  return new MongoError(
    "Location31254",
    `Cannot do exclusion on field ${excluded} in inclusion projection (with ${name})`,
  );
}

function positional(path: string, filter: Document): Computed {
  return (original, projected) => {
    const array = valueAt({
      document: decode(original),
      path: path.split("."),
      operand: undefined,
    });
    if (!Array.isArray(array)) return;
    const position = matchedPosition(filter, path, original);
    if (position === undefined) {
      throw new MongoError(
        "Location51246",
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find " +
          "a matching element in the array",
      );
    }
    setAt({ document: projected, path: path.split("."), operand: undefined }, [array[position]]);
  };
}

function slice(path: string, operand: unknown): Computed {
  const [first, second] = Array.isArray(operand) ? operand.map(toNumber) : [toNumber(operand)];
  if (first === undefined || (Array.isArray(operand) && second === undefined)) {
    throw new MongoError("BadValue", "Invalid $slice syntax");
  }
  const cut = (items: readonly unknown[]) => {
    if (second === undefined) return first < 0 ? items.slice(first) : items.slice(0, first);
    const start = first < 0 ? Math.max(0, items.length + first) : first;
    return items.slice(start, start + second);
  };
  return (_original, projected) => {
    const target = { document: projected, path: path.split("."), operand: undefined };
    const value = valueAt(target);
    if (Array.isArray(value)) setAt(target, cut(value));
  };
}

function firstMatch(path: string, operand: unknown): Computed {
  const test = itemTest(operand);
  return (original, projected) => {
    const target = { document: decode(original), path: path.split("."), operand: undefined };
    const value = valueAt(target);
    const found = Array.isArray(value) ? value.find((item) => test(elementOf(item))) : undefined;
    if (found !== undefined) setAt({ ...target, document: projected }, [found]);
  };
}

function expression(path: string, operand: unknown): Computed {
  const evaluate = evaluator(operand);
  return (original, projected) => {
    const value = evaluate(decodeForExpressions(original));
    if (value !== undefined) setAt({ document: projected, path: path.split("."), operand }, value);
  };
}
