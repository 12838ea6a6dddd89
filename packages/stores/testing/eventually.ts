import { setTimeout as sleep } from "node:timers/promises";

const withinMs = 15_000;

/** Tries again until the work succeeds, and gives its result; throws its last error if it never does. */
export async function eventually<Result>(work: () => Promise<Result>): Promise<Result> {
  const lateAtMs = Date.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > lateAtMs) throw error;
      await sleep(20);
    }
  }
}
