import type { Conclusion } from "../runner/conclusion.ts";
import type { LoadOptions, Outcome } from "../runner/run-load.ts";

/** A run and what it shows: what every report is made of. */
export interface Run extends Outcome {
  readonly app: string;
  readonly startedAt: Date;
  readonly options: LoadOptions;
  readonly conclusion: Conclusion;
}

/** The percentiles of every report. */
export const percentiles = [
  ["p50", 50],
  ["p90", 90],
  ["p99", 99],
  ["p99.9", 99.9],
] as const;
