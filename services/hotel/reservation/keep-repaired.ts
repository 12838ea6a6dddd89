import { type CallScope, onOurOwn, waited } from "@faultline/rpc/call";
import type { Repair } from "./repair.ts";

const sweepEveryMs = 10_000;
const sweepLimitMs = 30_000;

/**
 * Ends interrupted bookings as their time runs out, until the signal aborts: also those of nights that nobody asks
 * for again. A sweep that fails is logged, and the next one does its work.
 */
export async function keepRepaired(
  repair: Repair,
  scope: CallScope,
  { signal, everyMs = sweepEveryMs }: { signal: AbortSignal; everyMs?: number },
): Promise<void> {
  while (await waited(everyMs, signal)) {
    try {
      await repair.sweep(onOurOwn(scope, sweepLimitMs, signal));
    } catch (error) {
      if (!signal.aborted) scope.log.warn("repair failed", { reason: String(error) });
    }
  }
}
