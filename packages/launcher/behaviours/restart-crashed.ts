import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../child.ts";
import { LaunchError } from "../launch-error.ts";
import { lastLines } from "../log-tail.ts";
import type { Behaviour, Launched } from "./behaviour.ts";

const backoffFirstMs = 1_000;
const backoffFactor = 1.6;
const backoffMaxMs = 30_000;

/** A process that ran for this long was healthy: the next crash is a first one again. */
const healthyMs = 60_000;

/** A server that has never been ready is tried this often before the start is given up. */
const attemptsMax = 3;

/** How long to wait before the restart that follows the `crashes`th crash in a row. */
export function backoffMs(crashes: number): number {
  return Math.min(backoffFirstMs * backoffFactor ** (crashes - 1), backoffMaxMs);
}

/** Starts a server again that ended by itself, later each time, and tells the person at the terminal. */
export const restartCrashed: Behaviour = (launched) => ({
  watch(child) {
    let crashes = 0;
    let everReady = false;
    child.events.on("ready", () => {
      if (crashes > 0) launched.screen.say(`${child.plan.name} is ready again.`);
      everReady = true;
    });
    child.events.on("exited", (exit) => {
      if (child.state !== "crashed" || launched.stopping.aborted) return;
      crashes = exit.afterMs >= healthyMs ? 1 : crashes + 1;
      const again = everReady || crashes < attemptsMax;
      report(child, again ? `; starting it again in ${seconds(backoffMs(crashes))}` : "", launched);
      if (again) void restart(child, backoffMs(crashes), launched);
      else launched.fail(givenUp(child));
    });
  },
});

async function restart(child: Child, delayMs: number, launched: Launched): Promise<void> {
  try {
    await sleep(delayMs, undefined, { signal: launched.stopping });
    // Somebody else may have started or stopped it meanwhile.
    if (child.state === "crashed") await child.start();
  } catch (cause) {
    if (launched.stopping.aborted) return;
    launched.fail(
      new LaunchError(`${child.plan.name} cannot be started again: ${cause}`, { cause }),
    );
  }
}

function report(child: Child, next: string, { screen }: Launched): void {
  screen.say(`${child.plan.name} ${how(child)}${next}`);
  for (const line of lastLines(child, 5)) screen.say(`  │ ${line}`);
}

/** `ended with exit code 1 after 0.3 s`; a server that was ended for not becoming ready is told as that. */
function how({ notReadyReason, lastExit }: Child): string {
  if (!lastExit) return "ended";
  const { code, signal, afterMs, wasReady } = lastExit;
  const after = `after ${seconds(afterMs)}`;
  if (!wasReady && signal === "SIGKILL" && notReadyReason instanceof Error) {
    const { cause, message } = notReadyReason;
    return `did not become ready ${after} (${cause instanceof Error ? cause.message : message})`;
  }
  return signal ? `was ended by ${signal} ${after}` : `ended with exit code ${code} ${after}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function givenUp({ plan, logPath }: Child): LaunchError {
  return new LaunchError(
    `${plan.name} ended ${attemptsMax} times before it was ready, so the start is given up. Its log says why: ${logPath}\nIf its data is damaged, start with --fresh.`,
  );
}
