import { availableParallelism } from "node:os";

/** Enough to keep every core busy, few enough that what others wait for comes first. */
export const startingMax = Math.max(4, 2 * availableParallelism());

interface Waiting {
  readonly rank: number;
  readonly enter: () => void;
}

/** Lets a bounded number of servers start at the same time, those of the lowest rank first. */
export class StartingSlots {
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(count = startingMax) {
    this.#free = count;
  }

  /** Resolves when there is room. Whoever entered calls `leave` once. */
  enter(rank: number): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push({ rank, enter: resolve });
      this.#waiting.sort((a, b) => a.rank - b.rank);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next.enter();
    else this.#free += 1;
  }
}
