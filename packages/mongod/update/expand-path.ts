import type { Document } from "bson";
import { isDocument } from "../arguments.ts";
import { textOf } from "../bson/text.ts";
import { MongoError } from "../errors.ts";
import { matchedPosition } from "../query/matched-position.ts";
import type { ArrayFilters } from "./array-filters.ts";

export interface PathContext {
  readonly document: Document;
  readonly raw: Uint8Array;
  readonly filter: Document;
  readonly arrayFilters: ArrayFilters;
}

/** The paths that `a.$.b`, `a.$[].b` or `a.$[name].b` mean in one document. */
export function expandPath(path: readonly string[], context: PathContext): string[][] {
  const at = path.findIndex((part) => part.startsWith("$"));
  if (at < 0) return [[...path]];
  const part = path[at] ?? "";
  const before = path.slice(0, at);
  const after = path.slice(at + 1);
  if (part === "$") {
    const position = matchedPosition(context.filter, before.join("."), context.raw);
    if (position === undefined) {
      throw new MongoError(
        "BadValue",
        "The positional operator did not find the match needed from the query.",
      );
    }
    return expandPath([...before, String(position), ...after], context);
  }
  const name = part.slice(2, -1);
  return itemsAt(context.document, before).flatMap((item, position) =>
    name === "" || context.arrayFilters.matches(name, item)
      ? expandPath([...before, String(position), ...after], context)
      : [],
  );
}

function itemsAt(document: Document, path: readonly string[]): readonly unknown[] {
  let value: unknown = document;
  for (const part of path) {
    const holds = (isDocument(value) || Array.isArray(value)) && Object.hasOwn(value, part);
    value = holds ? Reflect.get(Object(value), part) : undefined;
  }
  if (Array.isArray(value)) return value;
  const where = path.join(".");
  if (value === undefined) {
    const text = `The path '${where}' must exist in the document in order to apply array updates.`;
    throw new MongoError("BadValue", text);
  }
  const text = `Cannot apply array updates to non-array element ${path.at(-1)}: ${textOf(value)}`;
  throw new MongoError("BadValue", text);
}
