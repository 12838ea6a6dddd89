import { type CallScope, onOurOwn, waited } from "@faultline/rpc/call";
import type { Repair } from "./repair.ts";

const sweepEveryMs = 2_000;
const sweepEveryMaxMs = 30_000;
const sweepLimitMs = 30_000;

/**
 * Repairs at once, so that cached lists count, and then again and again until the signal aborts. A sweep that fails
 * is logged, and the next one comes later.
 */
export async function keepRepaired(
  repair: Repair,
  scope: CallScope,
  { signal, everyMs = sweepEveryMs }: { signal: AbortSignal; everyMs?: number },
): Promise<void> {
  let waitMs = everyMs;
  do {
    try {
      await repair.sweep(onOurOwn(scope, sweepLimitMs, signal));
      waitMs = everyMs;
    } catch (error) {
      if (!signal.aborted) scope.log.warn("repair failed", { reason: String(error) });
      waitMs = Math.min(2 * waitMs, sweepEveryMaxMs);
    }
  } while (await waited(waitMs, signal));
}
