import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "@faultline/rpc/call";

/** Waits, until the call's time is over at most; one whose fault is turned off meanwhile goes on at once. */
export async function delay(delayMs: number, call: Call, off: AbortSignal): Promise<void> {
  if (delayMs <= 0 || off.aborted) return;
  const { signal } = call;
  try {
    await sleep(delayMs, undefined, { signal: AbortSignal.any([signal, off]) });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!off.aborted) throw error;
  }
}
