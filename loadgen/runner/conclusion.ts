import type { Outcome } from "./run-load.ts";

/** Exit codes, the worst first. */
export const exitCodes = {
  wrongAnswers: { code: 1, says: "an answer was wrong" },
  failures: { code: 4, says: "a request failed (not with --allow-failures)" },
  rateNotHeld: { code: 3, says: "the rate was not held" },
  stopped: { code: 130, says: "stopped by Ctrl-C, and none of the above" },
} as const;

/** Of a command line that is wrong, or that asks for what is not there. */
export const usageExitCode = 2;

export interface Conclusion {
  readonly exitCode: number;
  /** What is to be said about the run, the worst first. Empty if all is well. */
  readonly complaints: readonly string[];
  readonly rateHeld: boolean;
}

// A generator that falls behind for good is further behind than this at the end.
const behindMaxMs = 1_000;
const behindShareMax = 0.01;

/** What a run shows. */
export function conclude(
  { record, measuredMs, stopped }: Outcome,
  allowFailures: boolean,
): Conclusion {
  const { counts } = record.total;
  const wrong = counts.wrong + record.wrongInWarmup;
  const held = isRateHeld(record, measuredMs);
  const found = [
    wrong > 0 && ([exitCodes.wrongAnswers, `${wrong} wrong answers`] as const),
    counts.failed > 0 &&
      !allowFailures &&
      ([exitCodes.failures, `${counts.failed} requests failed`] as const),
    !held && ([exitCodes.rateNotHeld, rateComplaint(record)] as const),
    stopped && ([exitCodes.stopped, "stopped before the end"] as const),
  ].filter((each) => each !== false);
  return {
    exitCode: found[0]?.[0].code ?? 0,
    complaints: found.map(([, complaint]) => complaint),
    rateHeld: held,
  };
}

type Record = Outcome["record"];

function isRateHeld({ arrivals, notStarted, lastStartDelayMs }: Record, measuredMs: number) {
  const behindMs = Math.max(behindMaxMs, measuredMs * behindShareMax);
  return arrivals > 0 && notStarted === 0 && lastStartDelayMs <= behindMs;
}

function rateComplaint({ arrivals, notStarted, lastStartDelayMs }: Record): string {
  const what = "the rate was not held";
  if (arrivals === 0) return `${what}: no request was due`;
  if (notStarted > 0) {
    return `${what}: ${notStarted} of ${arrivals} requests were due while every connection was taken`;
  }
  return `${what}: the last request was sent ${Math.round(lastStartDelayMs)} ms late`;
}
