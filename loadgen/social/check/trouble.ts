import { setTimeout as sleep } from "node:timers/promises";
import { ErrandError } from "../../application.ts";
import { type Random, shuffled, uniformInteger } from "../../random.ts";
import { exitCodes } from "../../runner/conclusion.ts";
import type { Running } from "./running.ts";

const pauseMs = { min: 500, max: 4_000 };

/**
 * Kills one server after the other from now on until the signal aborts: all of them in random order, again and again.
 * Answers whom it has killed.
 */
export async function makeTrouble(
  running: Running,
  random: Random,
  until: AbortSignal,
): Promise<readonly string[]> {
  const killed: string[] = [];
  let order: string[] = [];
  do {
    const servers = await running.servers();
    if (order.length === 0)
      order = shuffled(
        servers.map(({ name }) => name),
        random,
      );
    const next = order.pop();
    const isReady = servers.some(({ name, state }) => name === next && state === "ready");
    if (next !== undefined && isReady && (await running.kill(next))) killed.push(next);
  } while (await waited(uniformInteger(random, pauseMs.min, pauseMs.max), until));
  return killed;
}

async function waited(durationMs: number, until: AbortSignal): Promise<boolean> {
  try {
    await sleep(durationMs, undefined, { signal: until });
    return true;
  } catch {
    // Nothing but the signal ends a sleep.
    return false;
  }
}

const settlesWithinMs = 300_000;
const lookEveryMs = 500;

/** Waits until that is so. Throws an `ErrandError` that says what was waited for, if it never is. */
export async function untilSo(
  what: string,
  isSo: () => Promise<boolean>,
  stop: AbortSignal,
): Promise<void> {
  const limitMs = Date.now() + settlesWithinMs;
  let reason: unknown;
  while (Date.now() < limitMs) {
    try {
      if (await isSo()) return;
      reason = undefined;
    } catch (error) {
      // Processes may still be starting; the reason is told if that never ends.
      reason = error;
    }
    await sleep(lookEveryMs, undefined, { signal: stop });
  }
  const because = reason === undefined ? "" : ` (${reason})`;
  // Who could not be asked has not said anything wrong.
  const { code } = reason === undefined ? exitCodes.wrongAnswers : exitCodes.failures;
  throw new ErrandError(`${what} is not so after ${settlesWithinMs / 1_000} s${because}`, code);
}
