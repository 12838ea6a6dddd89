import type { CallScope } from "@faultline/rpc/call";
import { Refusal } from "../refusal.ts";

const waitingMax = 1_000;

/** Lets work through, so much of it at once; the rest waits, first come, first served. */
export class Turns {
  readonly #atOnceMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Rejects without doing the work if its scope is over by then, or with a `Refusal` if too much waits already. */
  async take<T>(scope: CallScope, work: () => Promise<T>): Promise<T> {
    if (this.#running === this.#atOnceMax) await this.#wait();
    else this.#running++;
    try {
      scope.signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Who waits longest has the place of who leaves.
      if (next) next();
      else this.#running--;
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length === waitingMax) throw new Refusal(503, "Too many requests at once");
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
