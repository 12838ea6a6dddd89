import { randomOf, uniformInteger } from "../random.ts";
import type { Draft } from "./draft.ts";
import { alphanumerics, digits, letters } from "./letters.ts";

export interface EarlierPost {
  readonly seed: number;
  readonly index: number;
  readonly users: number;
}

// The traffic's requests have their own numbers, from 0; nobody asks for so many.
const firstIndex = 2 ** 30;
const inUrls = `abcdefghijklmnopqrstuvwxyz${digits}`;

/** A post as the original's script makes them to begin with: some have no mention, no URL and no picture. */
export function drawEarlierPost({ seed, index, users }: EarlierPost): Draft {
  const random = randomOf(seed, firstIndex + index);
  const some = <Each>(draw: () => Each) =>
    Array.from({ length: uniformInteger(random, 0, 5) }, draw);
  return {
    author: uniformInteger(random, 0, users - 1),
    words: letters(random, 256, alphanumerics),
    mentions: some(() => uniformInteger(random, 0, users - 1)),
    urls: some(() => `http://${letters(random, 64, inUrls)}`),
    media: some(() => letters(random, 18, digits)),
  };
}
