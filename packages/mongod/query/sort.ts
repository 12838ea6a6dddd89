import type { Document } from "bson";
import { isDocument, toNumber } from "../arguments.ts";
import { inverted } from "../bson/key.ts";
import { keysFor } from "../collections/index-keys.ts";
import { type Index, openIndex } from "../collections/index-spec.ts";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";

/** Throws for an order that is none: only 1 and -1 are directions. */
export function checkSort(sort: Document): void {
  for (const [name, order] of Object.entries(sort)) {
    if (isDocument(order)) throw new MongoError("BadValue", "$meta sort is not supported");
    const number = toNumber(order);
    if (number === undefined) {
      throw new MongoError(
        "Location15974",
        `Illegal key in $sort specification: ${name}: ${order}`,
      );
    }
    if (number !== 1 && number !== -1) {
      throw new MongoError(
        "Location15975",
        "$sort key ordering must be 1 (for ascending) or -1 (for descending)",
      );
    }
  }
}

/** What to sort a document by: bytes whose order is the order asked for. */
export function sortKeyOf(sort: Document): (document: Uint8Array) => Uint8Array {
  const fields = Object.entries(sort).map(([name, order]) => ({
    index: fieldIndex(name),
    descending: (toNumber(order) ?? 1) < 0,
  }));
  return (document) => {
    const parts = fields.map(({ index, descending }) => {
      const key = extreme(index, { document, descending });
      return descending ? inverted(key) : key;
    });
    const [only] = parts;
    return parts.length === 1 && only ? only : Buffer.concat(parts);
  };
}

function fieldIndex(name: string): Index {
  const shape = { id: 0, unique: false, sparse: false, hidden: false, multikey: false };
  return openIndex({ ...shape, name, key: { [name]: 1 } });
}

/** Of an array, its lowest item counts, or its highest if the order is descending. */
function extreme(
  index: Index,
  { document, descending }: { document: Uint8Array; descending: boolean },
): Uint8Array {
  const { keys } = keysFor(index, document);
  return keys
    .map(({ bytes }) => bytes)
    .reduce((best, key) => (Buffer.compare(key, best) > 0 === descending ? key : best));
}

interface Keyed {
  readonly key: Uint8Array;
  readonly at: number;
  readonly document: Uint8Array;
}

/** Sorts documents; equal ones stay in their order. Keeps no more than `limit` needs. */
export function sorted(
  documents: Iterable<Uint8Array>,
  { sort, limit }: { sort: Document; limit: number },
): Uint8Array[] {
  const keyOf = sortKeyOf(sort);
  const keepMax = limit > 0 ? limit * 2 + 1_000 : Number.POSITIVE_INFINITY;
  let kept: Keyed[] = [];
  let size = 0;
  let at = 0;
  for (const document of documents) {
    kept.push({ key: keyOf(document), at, document });
    at += 1;
    size += document.length;
    if (kept.length > keepMax) {
      kept = kept.sort(inOrder).slice(0, limit);
      size = kept.reduce((sum, keyed) => sum + keyed.document.length, 0);
    }
    if (size > limits.internalQueryMaxBlockingSortMemoryUsageBytes) throw tooLarge();
  }
  const all = kept.sort(inOrder);
  return (limit > 0 ? all.slice(0, limit) : all).map(({ document }) => document);
}

function inOrder(a: Keyed, b: Keyed): number {
  return Buffer.compare(a.key, b.key) || a.at - b.at;
}

function tooLarge(): MongoError {
  return new MongoError(
    "QueryExceededMemoryLimitNoDiskUseAllowed",
    "Executor error during find command :: caused by :: Sort exceeded memory limit of " +
      `${limits.internalQueryMaxBlockingSortMemoryUsageBytes} bytes, but did not opt in to ` +
      "external sorting.",
  );
}
