/** Work that takes longer is cut into slices of about this length; others have their turn between. */
const sliceMs = 15;

/**
 * When a command that takes long has to let others have their turn. A sequence that is worked
 * out step by step gives `undefined` where that is due; whoever reads it waits then, with
 * `othersTurn`, and reads on.
 */
export class Turns {
  #checkInterrupt: () => void;
  #beganMs = performance.now();

  /** `checkInterrupt` throws when the command was killed or its time is over. */
  constructor(checkInterrupt: () => void) {
    this.#checkInterrupt = checkInterrupt;
  }

  /** Another command reads on. */
  goOnFor(checkInterrupt: () => void): void {
    this.#checkInterrupt = checkInterrupt;
    this.begin();
  }

  /** A turn begins. */
  begin(): void {
    this.#beganMs = performance.now();
    this.#checkInterrupt();
  }

  /** Whether the slice is used up. Throws what `checkInterrupt` throws. */
  isOver(): boolean {
    this.#checkInterrupt();
    return performance.now() - this.#beganMs >= sliceMs;
  }
}

/** Work with a result, which gives `undefined` wherever others are to have their turn. */
export type Steps<Result> = Generator<undefined, Result>;

/** Resolves when whatever waits was handled once. */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Does all of the work. A promise only where others had a turn. */
export function finish<Result>(steps: Steps<Result>): Result | Promise<Result> {
  const { done, value } = steps.next();
  return done ? value : finishInTurns(steps);
}

async function finishInTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    await othersTurn();
    const { done, value } = steps.next();
    if (done) return value;
  }
}
