export type Tags = Readonly<Record<string, string>>;
type Kind = "counter" | "rate" | "trend";

interface Metric {
  readonly kind: Kind;
  readonly samples: { readonly value: number; readonly tags: Tags }[];
}

export type Summary = Readonly<
  Record<string, { readonly values: Readonly<Record<string, number>> }>
>;

const metrics = new Map<string, Metric>([["dropped_iterations", { kind: "counter", samples: [] }]]);

/** A metric of the script's own. */
export class Counter {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    metrics.set(name, { kind: "counter", samples: [] });
  }

  add(value: number, tags: Tags = {}): void {
    record(this.#name, "counter", value, tags);
  }
}

/** A sample of a metric, which comes to be with the first one. */
export function record(name: string, kind: Kind, value: number, tags: Tags): void {
  const metric = metrics.get(name) ?? { kind, samples: [] };
  metrics.set(name, metric);
  metric.samples.push({ value, tags });
}

/** The values of every metric, and of those parts of one that have a threshold (`name{tag:value}`). */
export function summarise(thresholds: readonly string[], trendStats: readonly string[]): Summary {
  const names = new Set([...metrics.keys(), ...thresholds]);
  return Object.fromEntries(
    [...names].map((name) => [name, { values: valuesOf(name, trendStats) }]),
  );
}

/** The thresholds that do not hold, as `metric: expression`. */
export function brokenThresholds(
  thresholds: Readonly<Record<string, readonly unknown[]>>,
  summary: Summary,
): string[] {
  return Object.entries(thresholds).flatMap(([metric, expressions]) =>
    expressions
      .map(String)
      .filter((expression) => !holds(expression, summary[metric]?.values ?? {}))
      .map((expression) => `${metric}: ${expression}`),
  );
}

function valuesOf(name: string, trendStats: readonly string[]): Record<string, number> {
  const [, metric = "", tag = "", wanted = ""] = /^(\w+)(?:\{(\w+):([\w-]+)\})?$/.exec(name) ?? [];
  const { kind, samples } = metrics.get(metric) ?? { kind: "counter", samples: [] };
  const values = samples
    .filter(({ tags }) => tag === "" || tags[tag] === wanted)
    .map(({ value }) => value);
  const sum = values.reduce((total, value) => total + value, 0);
  if (kind === "counter") return { count: sum };
  if (kind === "rate") return { rate: values.length === 0 ? 0 : sum / values.length };
  values.sort((a, b) => a - b);
  return Object.fromEntries(trendStats.map((stat) => [stat, statistic(stat, values)]));
}

const shares: Readonly<Record<string, number>> = { min: 0, med: 50, max: 100 };

function statistic(stat: string, sorted: readonly number[]): number {
  const percent = shares[stat] ?? Number(/^p\((.+)\)$/.exec(stat)?.[1]);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

function holds(expression: string, values: Readonly<Record<string, number>>): boolean {
  const parts = /^(.+?)(==|>=)(.+)$/.exec(expression);
  if (!parts) throw new Error(`the stand-in does not know the threshold ${expression}`);
  const [, name = "", operator, limit] = parts;
  const value = values[name] ?? Number.NaN;
  return operator === "==" ? value === Number(limit) : value >= Number(limit);
}
