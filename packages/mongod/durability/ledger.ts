/** A document of the workload. `slot` is unique in the collection; `tags` has a multikey index. */
export type Item = {
  _id: string;
  slot: number;
  version: number;
  tags: string[];
  filler: string;
};

/**
 * What one writer knows about its own documents: those whose last write was acknowledged, and
 * the outcomes that are possible for those with a write that was never answered.
 */
export type Ledger = {
  readonly acknowledged: Map<string, Item>;
  /** For a document id, the only two states that it may be in; undefined means absent. */
  readonly inDoubt: Map<string, readonly [Item | undefined, Item | undefined]>;
};

/** A ledger of nothing. */
export function createLedger(): Ledger {
  return { acknowledged: new Map(), inDoubt: new Map() };
}

/** What a write does to some documents: their states after it; undefined means removed. */
export type Effect = ReadonlyMap<string, Item | undefined>;

/** Runs a write; notes its effect as certain if it is acknowledged, else as possible. */
export async function perform(
  ledger: Ledger,
  effect: Effect,
  write: () => Promise<unknown>,
): Promise<void> {
  for (const [id, after] of effect) ledger.inDoubt.set(id, [ledger.acknowledged.get(id), after]);
  await write();
  for (const [id, after] of effect) settle(ledger, id, after);
}

/** Says that a document is known to be in this state. */
export function settle(ledger: Ledger, id: string, state: Item | undefined): void {
  ledger.inDoubt.delete(id);
  if (state === undefined) ledger.acknowledged.delete(id);
  else ledger.acknowledged.set(id, state);
}

/**
 * Compares a ledger with the documents that are there, and settles what was in doubt by what
 * was found. Returns a sentence for each lost, resurrected or half-done write.
 */
export function reconcile(ledger: Ledger, found: ReadonlyMap<string, Item>): string[] {
  const ids = new Set([...ledger.acknowledged.keys(), ...ledger.inDoubt.keys(), ...found.keys()]);
  const wrongs: string[] = [];
  for (const id of ids) {
    const actual = found.get(id);
    const known = ledger.acknowledged.get(id);
    const possible = ledger.inDoubt.get(id) ?? [known];
    if (!possible.some((state) => isSame(state, actual))) {
      wrongs.push(`${id} is ${show(actual)}, and can only be ${possible.map(show).join(" or ")}`);
    }
    settle(ledger, id, actual);
  }
  return wrongs;
}

function isSame(left: Item | undefined, right: Item | undefined): boolean {
  return show(left) === show(right);
}

function show(item: Item | undefined): string {
  if (item === undefined) return "absent";
  const { _id, slot, version, tags, filler } = item;
  return JSON.stringify({ _id, slot, version, tags, filler: `${filler.length} ${filler[0]}` });
}
