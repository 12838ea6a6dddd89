import type { Tally } from "../runner/record.ts";
import { percentiles, type Run } from "./run.ts";

/** What a person reads at the end. */
export function textReport(run: Run): string {
  const { record, conclusion } = run;
  const parts = [
    headline(run),
    operations(run),
    counted("Failures", record.total.counts.failures),
    wrongAnswers(run),
    rate(run),
    conclusion.complaints.map((complaint) => `NOT GOOD: ${complaint}`).join("\n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

export function headline({ app, options, measuredMs }: Run): string {
  const { url, rate, distribution, seed } = options;
  const seconds = (measuredMs / 1_000).toFixed(1);
  return `${app} at ${url}: ${rate} requests/s (${distribution}) for ${seconds} s, seed ${seed}`;
}

function operations({ record }: Run): string {
  const head = [
    "operation",
    "asked",
    "ok",
    "wrong",
    "failed",
    ...percentiles.map(([name]) => name),
  ];
  const rows = [...record.byOperation, ["all", record.total] as const].map(([name, tally]) => [
    name,
    ...cells(tally),
  ]);
  return aligned([[...head, "max ms"], ...rows]);
}

function cells({ counts, latency }: Tally): string[] {
  const { results, ok, wrong, failed } = counts;
  const found = percentiles.map(([, percent]) => latency.percentileMs(percent));
  const times = [...found, latency.maxMs].map((each) =>
    latency.count > 0 ? milliseconds(each) : "-",
  );
  return [...[results, ok, wrong, failed].map(String), ...times];
}

export function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}

function counted(title: string, counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return "";
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => [kind, `${count}`]);
  return `${title}\n${aligned(rows)}`;
}

function wrongAnswers({ record }: Run): string {
  const { wrongAnswers } = record;
  if (wrongAnswers.length === 0) return "";
  const lines = wrongAnswers.map(
    ({ operation, index, request, complaint }) =>
      `  ${operation} (request ${index}): ${complaint}\n    ${request}`,
  );
  return [`Wrong answers (the first ${wrongAnswers.length})`, ...lines].join("\n");
}

export function rate({ record, options, conclusion, measuredMs }: Run): string {
  const { arrivals, notStarted, startDelay } = record;
  const started = ((arrivals - notStarted) / (measuredMs / 1_000 || 1)).toFixed(1);
  const verb = conclusion.rateHeld ? "held" : "NOT held";
  const delays = [50, 99].map((percent) => milliseconds(startDelay.percentileMs(percent)));
  return (
    `Rate ${verb}: ${started}/s of ${options.rate}/s, ${notStarted} of ${arrivals} requests not started\n` +
    `Sent late by ${delays[0]} ms (p50), ${delays[1]} ms (p99); latencies count from the due time`
  );
}

/** The first column to the left, all others to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(cell).join("  ")}`).join("\n");
}
