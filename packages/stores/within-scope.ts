import type { CallScope } from "@faultline/rpc/call";
import { canceled, deadlineExceeded, ServiceError } from "@faultline/rpc/errors";

/**
 * Waits for the work, but no longer than the scope allows. Work that is given up goes on by itself, with
 * nobody to hear its result, so it needs an end of its own.
 */
export function withinScope<Result>(work: Promise<Result>, scope: CallScope): Promise<Result> {
  const { signal } = scope;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(interruption(scope));
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    work.then(
      (result) => {
        signal.removeEventListener("abort", giveUp);
        resolve(result);
      },
      (error) => {
        signal.removeEventListener("abort", giveUp);
        reject(error);
      },
    );
  });
}

/** Throws what ended the scope, if it has ended. */
export function throwIfOver(scope: CallScope): void {
  if (scope.signal.aborted || Date.now() >= scope.deadlineMs) throw interruption(scope);
}

/** Why a scope has ended: its caller went away, or its deadline passed. */
export function interruption({ signal, deadlineMs }: CallScope): ServiceError {
  const { reason } = signal;
  if (reason instanceof ServiceError) return reason;
  const late =
    Date.now() >= deadlineMs || (reason instanceof Error && reason.name === "TimeoutError");
  return late
    ? deadlineExceeded("context deadline exceeded", { cause: reason })
    : canceled("context canceled", { cause: reason });
}
