/** A post as its author wants it. Users are numbers from 0. */
export interface Draft {
  readonly author: number;
  /** What the text begins with. They are random and so many that no other post has the same. */
  readonly words: string;
  /** Whom the text mentions, in order; somebody may be there twice. */
  readonly mentions: readonly number[];
  /** In the order in which they stand in the text, after the mentions. */
  readonly urls: readonly string[];
  /** The ids of its pictures, with zeros at the beginning. */
  readonly media: readonly string[];
}

/** As much of a text as tells it from all others. */
export function markOf(text: string): string {
  return text.slice(0, markLength);
}

const markLength = 64;
