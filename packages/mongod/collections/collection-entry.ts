import type { Document } from "bson";
import type { IndexEntry } from "./index-spec.ts";

/** A collection's catalog entry. */
export interface CollectionEntry {
  readonly namespace: string;
  readonly id: number;
  readonly uuid: Uint8Array;
  readonly options: Document;
  readonly indexes: readonly IndexEntry[];
}
