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

interface Found {
  readonly recordId: number;
  readonly bytes: Uint8Array;
}

interface Keyed {
  readonly key: Uint8Array;
  readonly at: number;
  readonly found: Found;
}

/** Sorts documents; equal ones stay in their order. Keeps no more than `limit` needs. */
export class Sorter {
  readonly #keyOf: (document: Uint8Array) => Uint8Array;
  readonly #limit: number;
  #kept: Keyed[] = [];
  #size = 0;
  #count = 0;

  constructor({ sort, limit }: { sort: Document; limit: number }) {
    this.#keyOf = sortKeyOf(sort);
    this.#limit = limit;
  }

  add(found: Found): void {
    this.#kept.push({ key: this.#keyOf(found.bytes), at: this.#count, found });
    this.#count += 1;
    this.#size += found.bytes.length;
    if (this.#limit > 0 && this.#kept.length > this.#limit * 2 + 1_000) this.#cut();
    if (this.#size > limits.internalQueryMaxBlockingSortMemoryUsageBytes) throw tooLarge();
  }

  result(): Found[] {
    const all = this.#kept.sort(inOrder);
    return (this.#limit > 0 ? all.slice(0, this.#limit) : all).map(({ found }) => found);
  }

  #cut(): void {
    this.#kept = this.#kept.sort(inOrder).slice(0, this.#limit);
    this.#size = this.#kept.reduce((sum, { found }) => sum + found.bytes.length, 0);
  }
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
