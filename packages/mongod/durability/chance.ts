/** Seeded chance: the same seed gives the same numbers, so that a failing run can be repeated. */
export type Chance = {
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number;
  /** One of the items. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
};

/** A source of chance by the mulberry32 recurrence: 32 bits of state, well mixed. */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, pick: (items) => items[below(items.length)] ?? items[0] };
}
