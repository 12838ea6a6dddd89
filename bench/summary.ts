import type { ProcessFigures, RoundFigures } from "./measure.ts";

/** A figure over several rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What one variant costs, over all rounds. */
export interface Summary {
  readonly requestsPerSecond: Spread;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  /** CPU of a request over all services, without their stores. */
  readonly cpuMsPerRequest: Spread;
  readonly storesCpuMsPerRequest: Spread;
  readonly echoMs: Spread;
  /** CPU of a request in calls of the yardstick, each round by its own yardstick. */
  readonly echoUnits: Spread;
  /** All processes together. */
  readonly megabytes: Spread;
  readonly readyAfterMs: Spread;
  readonly processes: readonly ProcessSummary[];
}

export interface ProcessSummary {
  readonly name: string;
  readonly echoUnits: number;
  readonly megabytes: number;
}

/** Medians of the rounds, of which there is at least one. */
export function summarize(rounds: readonly RoundFigures[]): Summary {
  const over = (figure: (round: RoundFigures) => number) => spreadOf(rounds.map(figure));
  const cpu = (kind: ProcessFigures["kind"]) => (round: RoundFigures) =>
    sum(round.processes.filter((each) => each.kind === kind).map((each) => each.cpuMsPerRequest));
  return {
    requestsPerSecond: over((round) => round.requestsPerSecond),
    p50Ms: over((round) => round.p50Ms),
    p99Ms: over((round) => round.p99Ms),
    cpuMsPerRequest: over(cpu("service")),
    storesCpuMsPerRequest: over(cpu("store")),
    echoMs: over((round) => round.echoMs),
    echoUnits: over((round) => cpu("service")(round) / round.echoMs),
    megabytes: over((round) => sum(round.processes.map((each) => each.megabytes))),
    readyAfterMs: over((round) => round.readyAfterMs),
    processes: processSummaries(rounds),
  };
}

function processSummaries(rounds: readonly RoundFigures[]): ProcessSummary[] {
  const names = rounds[0]?.processes.map(({ name }) => name) ?? [];
  return names.map((name) => {
    const over = (figure: (each: ProcessFigures, round: RoundFigures) => number) => {
      const values = rounds.flatMap((round) =>
        round.processes.filter((each) => each.name === name).map((each) => figure(each, round)),
      );
      return spreadOf(values).median;
    };
    return {
      name,
      echoUnits: over((each, { echoMs }) => each.cpuMsPerRequest / echoMs),
      megabytes: over((each) => each.megabytes),
    };
  });
}

export function spreadOf(values: readonly number[]): Spread {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = ascending.length / 2;
  const [low, high] = [ascending[Math.ceil(middle) - 1] ?? 0, ascending[Math.floor(middle)] ?? 0];
  return { median: (low + high) / 2, min: ascending[0] ?? 0, max: ascending.at(-1) ?? 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
