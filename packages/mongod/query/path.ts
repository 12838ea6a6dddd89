import { type Element, findField, itemsOf, types } from "../bson/element.ts";

/** A dotted path, split and encoded once. */
export interface Path {
  readonly text: string;
  readonly parts: readonly string[];
  readonly names: readonly Uint8Array[];
  /** The index that a part would be in an array, or -1. */
  readonly positions: readonly number[];
}

export function parsePath(text: string): Path {
  const parts = text.split(".");
  return {
    text,
    parts,
    names: parts.map((part) => Buffer.from(part, "utf8")),
    positions: parts.map((part) => (/^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : -1)),
  };
}

/** What a leaf of a query is asked: of a value, or of the lack of one. */
export type LeafTest = (element: Element | undefined) => boolean;

/**
 * Whether `test` holds for some value at `path`, going through arrays on the way as MongoDB
 * does: into each item that is a document, and by position. With `expand`, an array at the end
 * of the path is tried as a whole and then item by item.
 */
export function someAt(
  document: Element,
  path: Path,
  { test, expand }: { test: LeafTest; expand: boolean },
): boolean {
  return descend(document, 0, { path, test, expand });
}

interface Search {
  readonly path: Path;
  readonly test: LeafTest;
  readonly expand: boolean;
}

function descend(parent: Element, depth: number, search: Search): boolean {
  const name = search.path.names[depth];
  if (!name) return leaf(parent, search);
  const child = findField(parent.bytes, parent.start, name);
  if (depth === search.path.names.length - 1) return leaf(child, search);
  if (!child) return search.test(undefined);
  if (child.type === types.object) return descend(child, depth + 1, search);
  if (child.type === types.array) return descendArray(child, depth + 1, search);
  return search.test(undefined);
}

function descendArray(array: Element, depth: number, search: Search): boolean {
  const items = itemsOf(array.bytes, array.start);
  for (const item of items) {
    if (item.type === types.object && descend(item, depth, search)) return true;
  }
  const position = search.path.positions[depth] ?? -1;
  const item = position < 0 ? undefined : items[position];
  if (!item) return false;
  if (depth === search.path.names.length - 1) return leaf(item, search);
  if (item.type === types.object) return descend(item, depth + 1, search);
  return item.type === types.array && descendArray(item, depth + 1, search);
}

function leaf(element: Element | undefined, { test, expand }: Search): boolean {
  if (test(element)) return true;
  if (!expand || element?.type !== types.array) return false;
  return itemsOf(element.bytes, element.start).some(test);
}
