import type { Document } from "bson";
import { toNumber } from "../arguments.ts";
import { type Path, parsePath } from "../query/path.ts";

/** One index of a collection, as the catalog keeps it. */
export interface IndexEntry {
  readonly id: number;
  readonly name: string;
  /** Fields with 1 or -1. */
  readonly key: Document;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partialFilterExpression?: Document | undefined;
  readonly expireAfterSeconds?: number | undefined;
  readonly hidden: boolean;
  /** Some document has an array in one of its fields. */
  readonly multikey: boolean;
}

/** An index with its paths parsed. */
export interface Index {
  readonly entry: IndexEntry;
  readonly fields: readonly { readonly path: Path; readonly descending: boolean }[];
  readonly isIdIndex: boolean;
}

export function openIndex(entry: IndexEntry): Index {
  const fields = Object.entries(entry.key).map(([path, direction]) => ({
    path: parsePath(path),
    descending: (toNumber(direction) ?? 1) < 0,
  }));
  return { entry, fields, isIdIndex: entry.name === "_id_" };
}

/** What `listIndexes` says of an index. */
export function describeIndex({ entry }: Index): Document {
  const { name, key, unique, sparse, partialFilterExpression, expireAfterSeconds, hidden } = entry;
  return {
    v: 2,
    key,
    name,
    ...(unique && name !== "_id_" ? { unique } : {}),
    ...(sparse ? { sparse } : {}),
    ...(partialFilterExpression ? { partialFilterExpression } : {}),
    ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
    ...(hidden ? { hidden } : {}),
  };
}
