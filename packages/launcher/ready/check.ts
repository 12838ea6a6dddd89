import { setTimeout as sleep } from "node:timers/promises";

/** Asks a server once whether it is ready for work. Rejects with the reason if it is not, or not yet. */
export type ReadyCheck = (signal: AbortSignal) => Promise<void>;

const attemptDeadlineMs = 1_000;
const pauseMs = 80;

/**
 * Asks until the answer is yes. Each attempt has a deadline of its own, so a server that hangs is asked anew.
 * Rejects when `signal` aborts, with the last reason for not being ready as the cause.
 */
export async function untilReady(check: ReadyCheck, signal: AbortSignal): Promise<void> {
  let reason: unknown;
  while (!signal.aborted) {
    try {
      await check(AbortSignal.timeout(attemptDeadlineMs));
      return;
    } catch (error) {
      reason = error;
    }
    // An abort ends the pause early and is seen by the loop's condition.
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  throw new Error("not ready", { cause: reason });
}
