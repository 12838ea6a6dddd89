// The longest that a timer can wait; a later deadline is looked at again then.
const timerMaxMs = 2_147_483_647;

/** Something that ends at a time, in milliseconds since the epoch. */
export interface Timed {
  readonly deadlineMs: number;
  /** Called once, at the deadline or soon after. It is not watched any more then. */
  onDeadline(): void;
}

/**
 * Watches many deadlines with one timer. Nearly all work ends long before its deadline, so what is cheap here is to
 * come and to go: the timer is set for the earliest deadline known, and set anew only when it has fired or when an
 * even earlier one comes.
 */
export class Deadlines {
  readonly #watched = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;

  watch(timed: Timed): void {
    this.#watched.add(timed);
    if (timed.deadlineMs < this.#wakeAtMs) this.#wakeAt(timed.deadlineMs);
  }

  unwatch(timed: Timed): void {
    this.#watched.delete(timed);
  }

  /** Forgets everything. */
  close(): void {
    this.#watched.clear();
    clearTimeout(this.#timer);
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
  }

  #wakeAt(timeMs: number): void {
    clearTimeout(this.#timer);
    this.#wakeAtMs = timeMs;
    if (timeMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(timerMaxMs, Math.max(1, timeMs - Date.now()));
    // Whatever has a deadline has a socket too, which keeps the process alive if need be.
    this.#timer = setTimeout(this.#look, waitMs).unref();
  }

  readonly #look = (): void => {
    const nowMs = Date.now();
    let nextMs = Number.POSITIVE_INFINITY;
    const late: Timed[] = [];
    for (const timed of this.#watched) {
      if (timed.deadlineMs <= nowMs) late.push(timed);
      else nextMs = Math.min(nextMs, timed.deadlineMs);
    }
    this.#wakeAt(nextMs);
    for (const timed of late) {
      this.#watched.delete(timed);
      timed.onDeadline();
    }
  };
}
