import { applications } from "./applications.ts";
import type { Echo } from "./echo.ts";
import { Load } from "./load.ts";
import type { BenchOptions, Variant } from "./options.ts";
import { type Stack, type StackProcess, startStack } from "./stack.ts";
import { cpuMs, proportionalBytes } from "./usage.ts";

/** What one process cost. */
export interface ProcessFigures extends Pick<StackProcess, "name" | "kind"> {
  readonly cpuMsPerRequest: number;
  /** After the load, with its share of common pages. */
  readonly megabytes: number;
}

/** What one round has measured of one variant under one load. */
export interface RoundFigures {
  readonly load: string;
  readonly readyAfterMs: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The CPU of one call of the yardstick, measured right before and right after the load. */
  readonly echoMs: number;
  readonly processes: readonly ProcessFigures[];
}

const echoDurationMs = 2_000;

/** Starts the application, loads it, and looks at what it took. Throws `WrongAnswer` if it did not answer rightly. */
export async function measureRound(
  options: BenchOptions,
  variant: Variant,
  echo: Echo,
  seed: number,
): Promise<RoundFigures[]> {
  const application = applications[options.app];
  if (!application) throw new Error(`there is no application ${options.app}`);
  const { begin, loads, prepare } = application;
  const stack = await startStack(options, variant);
  try {
    await prepare?.(stack.url);
    const trafficOf = begin(seed);
    const figures: RoundFigures[] = [];
    for (const { name, warmup } of loads) {
      const load = new Load(trafficOf(name), stack.url, options.connections);
      const warmupRequests = options.warmupRequests * warmup;
      figures.push({
        load: name,
        readyAfterMs: stack.readyAfterMs,
        ...(await measureLoad(stack, load, { ...options, warmupRequests }, echo)),
      });
    }
    return figures;
  } finally {
    await stack.close();
  }
}

async function measureLoad(
  stack: Stack,
  load: Load,
  { warmupRequests, durationMs }: Pick<BenchOptions, "warmupRequests" | "durationMs">,
  echo: Echo,
) {
  try {
    // A service that has just started runs code that is not compiled yet, which is not what a request costs.
    await load.warmUp(warmupRequests);
    const echoBeforeMs = await echo.measure(echoDurationMs);
    const figures = await underLoad(stack, load, durationMs);
    const echoAfterMs = await echo.measure(echoDurationMs);
    return { echoMs: (echoBeforeMs + echoAfterMs) / 2, ...figures };
  } finally {
    await load.close();
  }
}

async function underLoad({ processes }: Stack, load: Load, durationMs: number) {
  const before = processes.map(({ pid }) => cpuMs(pid));
  const result = await load.run(durationMs);
  const spent = processes.map(({ pid }, i) => cpuMs(pid) - (before[i] ?? 0));
  return {
    requestsPerSecond: (result.requests / result.durationMs) * 1e3,
    p50Ms: percentile(result.latenciesMs, 0.5),
    p99Ms: percentile(result.latenciesMs, 0.99),
    processes: processes.map(({ name, kind, pid }, i) => ({
      name,
      kind,
      cpuMsPerRequest: (spent[i] ?? 0) / result.requests,
      megabytes: proportionalBytes(pid) / 1e6,
    })),
  };
}

function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? 0;
}
