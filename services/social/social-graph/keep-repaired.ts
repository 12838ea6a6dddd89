import { setTimeout as sleep } from "node:timers/promises";
import type { CallScope } from "@faultline/rpc/call";
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
  { context, log }: CallScope,
  { signal, everyMs = sweepEveryMs }: { signal: AbortSignal; everyMs?: number },
): Promise<void> {
  let waitMs = everyMs;
  do {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(sweepLimitMs)]);
    try {
      await repair.sweep({ context, log, signal: limit, deadlineMs: Date.now() + sweepLimitMs });
      waitMs = everyMs;
    } catch (error) {
      if (!signal.aborted) log.warn("repair failed", { reason: String(error) });
      waitMs = Math.min(2 * waitMs, sweepEveryMaxMs);
    }
  } while (await waited(waitMs, signal));
}

/** Whether so long has passed without the signal aborting. */
async function waited(durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(durationMs, undefined, { signal });
    return true;
  } catch {
    // Nothing but the signal ends a sleep.
    return false;
  }
}
