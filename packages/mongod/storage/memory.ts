import type { Change, Entry, Storage } from "../storage.ts";

/** A block that has grown beyond this many entries is split in two. */
const blockEntriesMax = 512;

/** A range reads this many entries ahead at most. */
const chunkEntriesMax = 64;

/** The in-memory twin of `openFileStorage`: the same promises, but nothing outlives it. */
export function createMemoryStorage(): Storage {
  return new MemoryStorage();
}

class MemoryStorage implements Storage {
  // All entries in order, cut into blocks, so that an insertion moves a few hundred at most.
  // There is always one block; none is empty, unless it is the only one.
  readonly #blocks: Entry[][] = [[]];
  #isClosed = false;

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen();
    const entry = this.#entryAt(this.#placeOf(key));
    return entry !== undefined && compare(entry[0], key) === 0 ? entry[1] : undefined;
  }

  *range(from: Uint8Array, to: Uint8Array, { reverse = false } = {}): Iterable<Entry> {
    for (;;) {
      this.#checkOpen();
      const chunk = reverse ? this.#lastBefore(to) : this.#firstFrom(from);
      for (const entry of chunk) {
        if (compare(entry[0], to) >= 0 || compare(entry[0], from) < 0) return;
        yield entry;
      }
      const end = chunk.at(-1);
      if (end === undefined) return;
      // The place is looked up anew, for others may have written since.
      if (reverse) to = end[0];
      else from = Buffer.concat([end[0], Buffer.alloc(1)]);
    }
  }

  write(changes: readonly Change[]): void {
    this.#checkOpen();
    for (const { key, value } of changes) {
      if (value === undefined) this.#remove(key);
      else this.#put([key.slice(), value.slice()]);
    }
  }

  async flush(): Promise<void> {
    this.#checkOpen();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#blocks.length = 0;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error("storage is closed");
  }

  #put(entry: Entry): void {
    const place = this.#placeOf(entry[0]);
    const present = this.#entryAt(place);
    const isPresent = present !== undefined && compare(present[0], entry[0]) === 0;
    const block = this.#block(place.block);
    block.splice(place.index, isPresent ? 1 : 0, entry);
    if (block.length <= blockEntriesMax) return;
    // Keys often come in rising order; a full block then stays full, and the next begins.
    const isLast = place.index === block.length - 1;
    this.#blocks.splice(place.block + 1, 0, block.splice(isLast ? -1 : block.length >> 1));
  }

  #remove(key: Uint8Array): void {
    const place = this.#placeOf(key);
    const entry = this.#entryAt(place);
    if (entry === undefined || compare(entry[0], key) !== 0) return;
    const block = this.#block(place.block);
    block.splice(place.index, 1);
    if (block.length === 0 && this.#blocks.length > 1) this.#blocks.splice(place.block, 1);
  }

  #firstFrom(key: Uint8Array): Entry[] {
    const { block, index } = this.#placeOf(key);
    const entries = this.#block(block);
    if (index < entries.length) return entries.slice(index, index + chunkEntriesMax);
    return this.#blocks[block + 1]?.slice(0, chunkEntriesMax) ?? [];
  }

  #lastBefore(key: Uint8Array): Entry[] {
    const { block, index } = this.#placeOf(key);
    const before = index > 0 ? this.#block(block).slice(0, index) : (this.#blocks[block - 1] ?? []);
    return before.slice(-chunkEntriesMax).reverse();
  }

  #block(index: number): Entry[] {
    const block = this.#blocks[index];
    if (block === undefined) throw new RangeError(`there is no block ${index}`);
    return block;
  }

  #entryAt({ block, index }: Place): Entry | undefined {
    return this.#block(block)[index];
  }

  /** Where `key` is or would go: in the last block that begins at or before it, or the first. */
  #placeOf(key: Uint8Array): Place {
    const before = countBefore(this.#blocks, ([first]) => !isAfter(first, key));
    const block = Math.max(0, before - 1);
    const index = countBefore(this.#block(block), (entry) => compare(entry[0], key) < 0);
    return { block, index };
  }
}

type Place = { readonly block: number; readonly index: number };

const compare = Buffer.compare;

function isAfter(entry: Entry | undefined, key: Uint8Array): boolean {
  return entry !== undefined && compare(entry[0], key) > 0;
}

/** How many leading items satisfy `isBefore`, found by halving: those that do come first. */
function countBefore<Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
