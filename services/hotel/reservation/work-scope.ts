import type { CallScope } from "@faultline/rpc/call";

/** The scope, ending at the latest in so many milliseconds. */
export function within(scope: CallScope, limitMs: number): CallScope {
  const { context, log } = scope;
  const signal = AbortSignal.any([scope.signal, AbortSignal.timeout(limitMs)]);
  return { signal, deadlineMs: Math.min(scope.deadlineMs, Date.now() + limitMs), context, log };
}

/** A scope for what has to be put in order even if the caller has gone; it ends in so many milliseconds. */
export function afterwards({ context, log }: CallScope, limitMs: number): CallScope {
  const signal = AbortSignal.timeout(limitMs);
  return { signal, deadlineMs: Date.now() + limitMs, context, log };
}
