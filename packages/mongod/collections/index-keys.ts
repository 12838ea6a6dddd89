import { asBuffer } from "../bson/bytes.ts";
import { type Element, findField, itemsOf, types } from "../bson/element.ts";
import { inverted, keyOf, nullKey, undefinedKey } from "../bson/key.ts";
import { MongoError } from "../errors.ts";
import type { Path } from "../query/path.ts";
import { rootElement } from "../query/predicates.ts";
import type { Index } from "./index-spec.ts";

/** One key of a document in an index: its bytes, and the values they stand for. */
export interface IndexKey {
  readonly bytes: Uint8Array;
  readonly values: readonly (Element | "empty array" | undefined)[];
}

export interface IndexKeys {
  readonly keys: readonly IndexKey[];
  /** An array gave more than one key, or could have. */
  readonly multikey: boolean;
}

/** How far the walk along one field's path has come. */
interface Walk {
  readonly path: Path;
  readonly depth: number;
  /** An item of an array at the end of the path: arrays in it are not gone into. */
  readonly item: boolean;
  readonly at: Element | "empty array" | undefined;
}

/**
 * The keys of a document in an index, each once. Fields that meet in one array are taken from
 * the same item. Throws CannotIndexParallelArrays if two different arrays meet.
 */
export function keysFor(index: Index, document: Uint8Array): IndexKeys {
  const root = rootElement(document);
  const walks = index.fields.map(({ path }) => advance({ path, depth: 0, item: false, at: root }));
  if (index.entry.sparse && walks.every(({ at }) => at === undefined)) {
    return { keys: [], multikey: false };
  }
  const found: IndexKey[] = [];
  const multikey = expand(index, walks, found);
  return { keys: found.length > 1 ? distinct(found) : found, multikey };
}

/** Walks until the path ends, nothing is there, or an array has to be gone into. */
function advance(walk: Walk): Walk {
  let { at, depth } = walk;
  const { path } = walk;
  while (depth < path.names.length) {
    if (at === undefined || at === "empty array")
      return { ...walk, at: undefined, depth: path.names.length };
    const name = path.names[depth];
    if (at.type === types.array) {
      const position = path.positions[depth] ?? -1;
      if (position < 0) return { ...walk, at, depth };
      at = itemsOf(at.bytes, at.start)[position];
    } else if (at.type === types.object && name) {
      at = findField(at.bytes, at.start, name);
    } else {
      at = undefined;
    }
    depth += 1;
  }
  return { ...walk, at, depth };
}

function needsItems({ at, item }: Walk): boolean {
  return at !== undefined && at !== "empty array" && at.type === types.array && !item;
}

function expand(index: Index, walks: readonly Walk[], found: IndexKey[]): boolean {
  const arrays = walks.filter((walk) => needsItems(walk));
  const first = arrays[0]?.at;
  if (first === undefined || first === "empty array") {
    found.push(finished(index, walks));
    return false;
  }
  const other = arrays.find(({ at }) => at !== "empty array" && at?.start !== first.start);
  if (other) throw parallel(arrays[0]?.path.text ?? "", other.path.text);
  const items = itemsOf(first.bytes, first.start);
  const choices: (Element | undefined)[] = items.length > 0 ? items : [undefined];
  for (const item of choices) {
    expand(
      index,
      walks.map((walk) => (needsItems(walk) ? into(walk, item) : walk)),
      found,
    );
  }
  return true;
}

function into(walk: Walk, item: Element | undefined): Walk {
  const atEnd = walk.depth >= walk.path.names.length;
  if (atEnd) return { ...walk, item: true, at: item ?? "empty array" };
  if (item?.type !== types.object) return { ...walk, at: undefined, depth: walk.path.names.length };
  return advance({ ...walk, at: item });
}

function finished(index: Index, walks: readonly Walk[]): IndexKey {
  const parts = walks.map(({ at }, position) => {
    const key = at === undefined ? nullKey : at === "empty array" ? undefinedKey : keyOf(at);
    return index.fields[position]?.descending ? inverted(key) : key;
  });
  const [only] = parts;
  const bytes = parts.length === 1 && only ? only : Buffer.concat(parts);
  return { bytes, values: walks.map(({ at }) => at) };
}

function distinct(keys: readonly IndexKey[]): IndexKey[] {
  const seen = new Map(keys.map((key) => [asBuffer(key.bytes).toString("latin1"), key]));
  return [...seen.values()];
}

function parallel(a: string, b: string): MongoError {
  return new MongoError("CannotIndexParallelArrays", `cannot index parallel arrays [${b}] [${a}]`);
}
