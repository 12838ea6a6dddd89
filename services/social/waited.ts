import { setTimeout as sleep } from "node:timers/promises";

/** Whether so long has passed without the signal aborting. */
export async function waited(durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(durationMs, undefined, { signal });
    return true;
  } catch {
    // Nothing but the signal ends a sleep.
    return false;
  }
}
