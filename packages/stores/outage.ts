/**
 * Decides who may ask a server: everybody while it answers; once it has failed, one call at a time and not
 * before a pause. So a dead server costs its callers no waiting, and it is found again without a restart.
 */
export interface Outage {
  /** Whether a call may go on. One that may must report how it went, or nobody else is let in. */
  admits(): boolean;
  /** The server was reached, whatever it said. */
  answered(): void;
  /** The server could not be reached or stayed silent. */
  failed(): void;
  /** The call ended before the server was asked. */
  unasked(): void;
}

/** Starts with a server that is thought to answer. */
export function createOutage(
  retryAfterMs: number,
  now: () => number = () => performance.now(),
): Outage {
  let retryAtMs: number | undefined;
  let trying = false;

  return {
    admits() {
      if (retryAtMs === undefined) return true;
      if (trying || now() < retryAtMs) return false;
      trying = true;
      return true;
    },
    answered() {
      retryAtMs = undefined;
      trying = false;
    },
    failed() {
      retryAtMs = now() + retryAfterMs;
      trying = false;
    },
    unasked() {
      trying = false;
    },
  };
}
