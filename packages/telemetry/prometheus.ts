import type { Histogram, Labels, Metrics, Reading, Series } from "./metrics.ts";

export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/** Everything that is measured, in Prometheus' text format, under OpenTelemetry's names for it. */
export function prometheusText(metrics: Metrics): string {
  const lines: string[] = [];
  for (const histogram of metrics.histograms) writeHistogram(lines, histogram);
  for (const reading of metrics.read()) writeReading(lines, reading);
  return `${lines.join("\n")}\n`;
}

function writeHistogram(lines: string[], histogram: Histogram): void {
  const name = `${legalName(histogram.name)}_seconds`;
  lines.push(`# HELP ${name} ${histogram.help}`, `# TYPE ${name} histogram`);
  for (const series of histogram.series) writeSeries(lines, name, series, histogram.bounds);
}

function writeSeries(
  lines: string[],
  name: string,
  { labels, counts, sum, count }: Series,
  bounds: readonly number[],
): void {
  let total = 0;
  bounds.forEach((bound, bucket) => {
    total += counts[bucket] ?? 0;
    lines.push(`${name}_bucket${labelText({ ...labels, le: String(bound) })} ${total}`);
  });
  lines.push(
    `${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}`,
    `${name}_sum${labelText(labels)} ${sum}`,
    `${name}_count${labelText(labels)} ${count}`,
  );
}

function writeReading(lines: string[], { name, help, type, unit, values }: Reading): void {
  const full = [legalName(name), ...(unit ? [unit] : []), ...(type === "counter" ? ["total"] : [])];
  const metric = full.join("_");
  lines.push(`# HELP ${metric} ${help}`, `# TYPE ${metric} ${type}`);
  for (const { labels = {}, value } of values) {
    lines.push(`${metric}${labelText(labels)} ${value}`);
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${legalName(name)}="${escaped(value)}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function legalName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_:]/g, "_");
}
