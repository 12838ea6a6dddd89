import type { CallScope } from "@faultline/rpc/call";
import type { ServiceError } from "@faultline/rpc/errors";
import { throwIfOver, watchScope } from "@faultline/stores/within-scope";

export interface TurnsOptions {
  readonly atOnceMax: number;
  readonly waitingMax: number;
  /** The failure of work that comes while as much as may wait does so already. */
  readonly tooMany: () => ServiceError;
}

/** Lets work through, so much of it at once; the rest waits, first come, first served. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Rejects without doing the work if too much waits already, or once its scope is over: it waits no longer then. */
  async take<T>(scope: CallScope, work: () => Promise<T>): Promise<T> {
    throwIfOver(scope);
    if (this.#running === this.#options.atOnceMax) await this.#wait(scope);
    else this.#running++;
    try {
      throwIfOver(scope);
      return await work();
    } finally {
      this.#leave();
    }
  }

  #wait(scope: CallScope): Promise<void> {
    const { waitingMax, tooMany } = this.#options;
    if (this.#waiting.size === waitingMax) throw tooMany();
    return new Promise((resolve, reject) => {
      const enter = () => {
        stopWatching();
        resolve();
      };
      const stopWatching = watchScope(scope, (reason) => {
        this.#waiting.delete(enter);
        stopWatching();
        reject(reason);
      });
      this.#waiting.add(enter);
    });
  }

  /** Who waits longest has the place of who leaves. */
  #leave(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#running--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
