import { alter, type Middleware } from "../call.ts";
import { Cancellation, pastDeadline } from "../cancellation.ts";

/**
 * Bounds every call: one without a deadline, or with a later one, gets `maxMs` from now, and its signal, its
 * callees and its caller all learn of it. A nearer deadline is the transport's to keep and costs nothing here.
 */
export function deadline(maxMs: number): Middleware {
  return (call, next) => {
    const deadlineMs = Date.now() + maxMs;
    if (call.deadlineMs <= deadlineMs) return next(call);

    const cancellation = new Cancellation(deadlineMs);
    return new Promise((resolve, reject) => {
      const stopWatching = call.cancellation?.watch((reason) => cancellation.cancel(reason));
      const timer = setTimeout(() => {
        cancellation.cancel(pastDeadline());
        reject(pastDeadline());
      }, maxMs);
      next(alter(call, { cancellation }))
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          stopWatching?.();
          cancellation.finish();
        });
    });
  };
}
