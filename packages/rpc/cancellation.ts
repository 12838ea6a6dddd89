import { canceled, deadlineExceeded, type ServiceError } from "./errors.ts";

// The longest that a timer can wait; a later deadline is as good as none.
const timerMaxMs = 2_147_483_647;

/**
 * The end of a piece of work before it is done: its deadline, or a caller who has gone. It makes an `AbortSignal`
 * and a timer only for those who ask for the signal; transports, which keep deadlines themselves, just `watch`.
 */
export class Cancellation {
  readonly deadlineMs: number;
  #reason: ServiceError | undefined;
  #finished = false;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watchers: Set<(reason: ServiceError) => void> | undefined;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }

  /** Why the work was called off; undefined while it may go on. */
  get reason(): ServiceError | undefined {
    return this.#reason;
  }

  /** Aborts with a `ServiceError` when the deadline passes or the work is called off. */
  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason);
    else this.#startTimer();
    return this.#controller.signal;
  }

  /** Calls the work off, unless it is over already. Only the first reason counts; without one, the caller left. */
  cancel(cause?: ServiceError): void {
    if (this.#reason || this.#finished) return;
    const reason = cause ?? canceled("context canceled");
    this.#reason = reason;
    clearTimeout(this.#timer);
    this.#controller?.abort(reason);
    for (const watcher of this.#watchers ?? []) watcher(reason);
    this.#watchers = undefined;
  }

  /** Calls back if the work is called off (not at the deadline). Returns what ends the watching. */
  watch(watcher: (reason: ServiceError) => void): () => void {
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
    return () => this.#watchers?.delete(watcher);
  }

  /** The work is done: no timer stays behind. */
  finish(): void {
    this.#finished = true;
    clearTimeout(this.#timer);
    this.#watchers = undefined;
  }

  #startTimer(): void {
    const waitMs = this.deadlineMs - Date.now();
    if (this.#finished || waitMs > timerMaxMs) return;
    this.#timer = setTimeout(() => this.cancel(pastDeadline()), Math.max(0, waitMs));
  }
}

/** The failure of work that took longer than it was given. */
export function pastDeadline(): ServiceError {
  return deadlineExceeded("context deadline exceeded");
}
