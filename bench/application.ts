import type { Traffic } from "@faultline/loadgen/runner/traffic";
import type { EchoKind } from "./echo.ts";
import type { Stack } from "./stack.ts";

/** An application as the bench sees it: a row of the table in `applications.ts`. */
export interface BenchApplication {
  /** The calls that its requests are compared with. */
  readonly yardstick: EchoKind;
  /** What is measured, one after the other, in an application that has just been started. */
  readonly loads: readonly BenchLoad[];
  /** Brings it to where measurements begin. */
  prepare?(url: string): Promise<void>;
  /** The requests of all loads in one round; what one load has done, the next one may know. */
  begin(seed: number): (load: string) => Traffic;
  /** Measures how cost grows with what there is, and says it line by line. */
  grow?(stack: Stack, say: (line: string) => void): Promise<void>;
}

export interface BenchLoad {
  readonly name: string;
  /** As a share of the requests that nobody measures. */
  readonly warmup: number;
}
