import type { CallScope } from "@faultline/rpc/call";
import { pastDeadline } from "@faultline/rpc/cancellation";
import { toServiceError } from "@faultline/rpc/errors";

// The longest that a timer can wait; a later deadline is as good as none.
const timerMaxMs = 2_147_483_647;

/**
 * Waits for the work, but no longer than the scope allows. Work that is given up goes on by itself, with
 * nobody to hear its result, so it needs an end of its own.
 */
export function withinScope<Result>(work: Promise<Result>, scope: CallScope): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = watchScope(scope, reject);
    work.then(
      (result) => {
        stop();
        resolve(result);
      },
      (error) => {
        stop();
        reject(error);
      },
    );
  });
}

/**
 * Calls back when the scope ends, by its deadline or its caller's leave. Returns what ends the watching. Work
 * that takes at most `boundMs` anyway needs no timer for a later deadline.
 */
export function watchScope(
  scope: CallScope,
  onEnd: (reason: Error) => void,
  boundMs = timerMaxMs,
): () => void {
  const stop = watchLeaving(scope, onEnd);
  const leftMs = scope.deadlineMs - Date.now();
  if (leftMs > boundMs) return stop;
  const timer = setTimeout(() => onEnd(pastDeadline()), Math.max(0, leftMs));
  return () => {
    clearTimeout(timer);
    stop();
  };
}

function watchLeaving(scope: CallScope, onEnd: (reason: Error) => void): () => void {
  // A scope of ours can be watched without making its signal, which costs.
  if (scope.cancellation) return scope.cancellation.watch(onEnd);
  const { signal } = scope;
  const onAbort = () => onEnd(toServiceError(signal.reason));
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}

/** Whether the scope has ended. */
export function isOver(scope: CallScope): boolean {
  const { cancellation, deadlineMs } = scope;
  if (Date.now() >= deadlineMs) return true;
  return cancellation ? cancellation.reason !== undefined : scope.signal.aborted;
}

/** Throws why the scope has ended, if it has. */
export function throwIfOver(scope: CallScope): void {
  if (!isOver(scope)) return;
  const { cancellation } = scope;
  if (cancellation?.reason) throw cancellation.reason;
  if (!cancellation && scope.signal.aborted) throw toServiceError(scope.signal.reason);
  throw pastDeadline();
}
