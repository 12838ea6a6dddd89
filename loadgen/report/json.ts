import type { Slice, Tally } from "../runner/record.ts";
import { percentiles, type Run } from "./run.ts";

/** For machines. Durations are milliseconds; moments count from the start of the measurement. */
export function jsonReport(run: Run): string {
  const { app, startedAt, options, measuredMs, stopped, record, conclusion } = run;
  const { url, rate, distribution, seed, connections, deadlineMs, warmupMs, durationMs } = options;
  const report = {
    ...{ app, url, startedAt: startedAt.toISOString(), rate, distribution, seed, connections },
    ...{ deadlineMs, warmupMs, durationMs, measuredMs, stopped, ...conclusion },
    arrivals: record.arrivals,
    notStarted: record.notStarted,
    wrongInWarmup: record.wrongInWarmup,
    startDelayMs: times(record.startDelay),
    total: tallied(record.total),
    operations: Object.fromEntries(
      [...record.byOperation].map(([operation, tally]) => [operation, tallied(tally)]),
    ),
    wrongAnswers: record.wrongAnswers,
    sliceMs: record.sliceMs,
    slices: record.slices.map(sliced),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function tallied({ counts, latency }: Tally) {
  return { ...counted(counts), latencyMs: times(latency) };
}

function counted({ results, ok, wrong, failed, failures }: Tally["counts"]) {
  return { asked: results, ok, wrong, failed, failures: Object.fromEntries(failures) };
}

function sliced({ startMs, arrivals, counts, latency }: Slice) {
  return { startMs, arrivals, ...counted(counts), latencyMs: times(latency) };
}

function times(latency: Tally["latency"]) {
  const found = percentiles.map(([name, percent]) => [name, latency.percentileMs(percent)]);
  return { ...Object.fromEntries(found), max: latency.maxMs };
}
