import { compilePredicate, type Predicate, rootElement } from "../query/predicates.ts";
import type { Batch } from "./batch.ts";
import { type Changed, changeEntries } from "./index-entries.ts";
import { type Index, type IndexEntry, openIndex } from "./index-spec.ts";

/** Where the changes of a document's index entries go. */
export interface IndexTarget {
  readonly recordId: number;
  readonly batch: Batch;
  readonly namespace: string;
}

/** The indexes of one collection: those that queries use, and those that are still being built. */
export class IndexSet {
  #ready: readonly Index[] = [];
  #building: readonly Index[] = [];
  readonly #partial = new Map<number, Predicate>();
  readonly #multikeyBuilding = new Set<number>();

  constructor(entries: readonly IndexEntry[]) {
    this.use(entries);
  }

  /** Those that hold all documents. */
  get ready(): readonly Index[] {
    return this.#ready;
  }

  get isBuilding(): boolean {
    return this.#building.length > 0;
  }

  /** Takes over what the catalog says now. */
  use(entries: readonly IndexEntry[]): void {
    this.#ready = entries.map(openIndex);
    const known = new Set([...this.#ready, ...this.#building].map(({ entry }) => entry.id));
    for (const id of this.#partial.keys()) if (!known.has(id)) this.#partial.delete(id);
    for (const entry of entries) this.#compile(entry);
  }

  /** From here on every change of a document changes this index too; queries do not use it. */
  beginBuild(entry: IndexEntry): Index {
    const index = openIndex(entry);
    this.#compile(entry);
    this.#building = [...this.#building, index];
    return index;
  }

  /** The entry of an index that is built, for the catalog. */
  endBuild({ entry }: Index): IndexEntry {
    this.#building = this.#building.filter((index) => index.entry.id !== entry.id);
    return { ...entry, multikey: this.#multikeyBuilding.delete(entry.id) };
  }

  /** Whether `document` belongs into `index`, as far as a partial index says. */
  belongs(index: Index, document: Uint8Array): boolean {
    const filter = this.#partial.get(index.entry.id);
    return !filter || filter(rootElement(document));
  }

  /** Puts into the batch what changes in all indexes. Throws DuplicateKey. */
  change(changed: Changed, target: IndexTarget): void {
    for (const index of this.#ready) this.changeOne(index, changed, target);
    for (const index of this.#building) this.changeOne(index, changed, target);
  }

  changeOne(index: Index, { before, after }: Changed, target: IndexTarget): void {
    const within = (document: Uint8Array | undefined) =>
      document && this.belongs(index, document) ? document : undefined;
    changeEntries(index, { before: within(before), after: within(after) }, target);
    const { id } = index.entry;
    if (this.isBuilding && target.batch.multikey.has(id)) this.#multikeyBuilding.add(id);
  }

  #compile({ id, partialFilterExpression }: IndexEntry): void {
    if (partialFilterExpression) this.#partial.set(id, compilePredicate(partialFilterExpression));
  }
}
