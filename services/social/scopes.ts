import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallScope } from "@faultline/rpc/call";

/** The scope, ending at the latest in so many milliseconds. */
export function within(scope: CallScope, limitMs: number): CallScope {
  const { context, log, cancellation } = scope;
  return {
    context,
    log,
    cancellation,
    deadlineMs: Math.min(scope.deadlineMs, Date.now() + limitMs),
    get signal() {
      return scope.signal;
    },
  };
}

/** A scope for work of our own; it ends in so many milliseconds, or when the signal aborts. */
export function onOurOwn(
  { context, log }: CallScope,
  limitMs: number,
  stop?: AbortSignal,
): CallScope {
  const limit = AbortSignal.timeout(limitMs);
  const signal = stop ? AbortSignal.any([limit, stop]) : limit;
  // Many calls may be made at once.
  setMaxListeners(0, signal);
  return { signal, deadlineMs: Date.now() + limitMs, context, log };
}

/** Whether so long has passed without the signal aborting. */
export async function waited(durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(durationMs, undefined, { signal });
    return true;
  } catch {
    // Nothing but the signal ends a sleep.
    return false;
  }
}
