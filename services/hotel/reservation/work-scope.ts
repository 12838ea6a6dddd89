import { setMaxListeners } from "node:events";
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

/** A scope for what has to be put in order even if the caller has gone; it ends in so many milliseconds. */
export function afterwards({ context, log }: CallScope, limitMs: number): CallScope {
  const signal = AbortSignal.timeout(limitMs);
  // All nights of a stay may be put in order at once.
  setMaxListeners(0, signal);
  return { signal, deadlineMs: Date.now() + limitMs, context, log };
}
