import { randomOf } from "../random.ts";

export const distributions = ["constant", "exponential"] as const;
export type Distribution = (typeof distributions)[number];

export interface Arrivals {
  /** Requests a second. */
  readonly rate: number;
  readonly lengthMs: number;
  /** Evenly spaced, or as many independent users come: with exponentially distributed gaps. */
  readonly distribution: Distribution;
  readonly seed: number;
}

/** When each request is due, in milliseconds after the start, whatever becomes of the requests before it. */
export function* arrivalTimes({ rate, lengthMs, distribution, seed }: Arrivals): Generator<number> {
  if (distribution === "constant") {
    for (let i = 0; (i * 1_000) / rate < lengthMs; i++) yield (i * 1_000) / rate;
    return;
  }
  // Requests take the numbers from 0; their chance and this one have nothing in common.
  const random = randomOf(seed, -2);
  let dueMs = 0;
  for (;;) {
    dueMs -= (Math.log(1 - random()) * 1_000) / rate;
    if (dueMs >= lengthMs) return;
    yield dueMs;
  }
}
