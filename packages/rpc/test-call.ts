import { rootContext } from "@faultline/telemetry/context";
import { silent } from "@faultline/telemetry/logger";
import type { CallScope } from "./call.ts";
import { Cancellation } from "./cancellation.ts";

/** A scope for tests and tools: no trace, no log lines, and half a minute unless told otherwise. */
export function testCall(overrides: Partial<CallScope> & { withinMs?: number } = {}): CallScope {
  const { withinMs = 30_000, ...scope } = overrides;
  const cancellation = scope.signal
    ? undefined
    : new Cancellation(scope.deadlineMs ?? Date.now() + withinMs);
  return {
    deadlineMs: cancellation?.deadlineMs ?? Date.now() + withinMs,
    context: rootContext,
    log: silent,
    cancellation,
    get signal() {
      // A signal for the time being; asking for one starts the deadline's timer.
      return cancellation?.signal ?? AbortSignal.timeout(withinMs);
    },
    ...scope,
  };
}
