/** A source of chance: the next number of a uniform distribution over [0, 1). */
export type Random = () => number;

/**
 * The chance of one request: the same seed and the same number of the request give the same draws, in whatever
 * order and by whichever worker the requests are made.
 */
export function randomOf(seed: number, index: number): Random {
  let state = scrambled(seed ^ scrambled(index + 1));
  return () => {
    state = (state + weylStep) | 0;
    return (scrambled(state) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `min` to `max`, each as likely as the others. */
export function uniformInteger(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

// Odd, and far from any multiple of small numbers, so that neighbouring states have nothing in common.
const weylStep = 0x9e3779b9 | 0;

/** Maps the 32-bit integers onto themselves so that every bit of the result depends on every bit given. */
function scrambled(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** The same values in a random order. */
export function shuffled<Each>(values: readonly Each[], random: Random): Each[] {
  const drawn = values.map((value) => ({ value, place: random() }));
  return drawn.sort((a, b) => a.place - b.place).map(({ value }) => value);
}
