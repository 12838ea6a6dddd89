import { durationBoundsS } from "./attributes.ts";

export type Labels = Readonly<Record<string, string>>;

/** One line of a histogram: what has been observed under one set of labels. */
export class Series {
  readonly labels: Labels;
  readonly counts: number[];
  sum = 0;
  count = 0;
  readonly #bounds: readonly number[];

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.counts = new Array(bounds.length + 1).fill(0);
  }

  record(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    this.count++;
  }
}

/** Sets of labels per histogram; further ones share a series that says so. */
const seriesMax = 1_000;

/** A distribution of values, counted in buckets. Hold on to a series to record without looking it up. */
export class Histogram {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.bounds = bounds;
  }

  get series(): Iterable<Series> {
    return this.#series.values();
  }

  /** The series of a set of labels, always in the same order. */
  with(labels: Labels): Series {
    const key = Object.values(labels).join("\n");
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= seriesMax && !labels.otel_metric_overflow) {
      return this.with({ otel_metric_overflow: "true" });
    }
    const series = new Series(labels, this.bounds);
    this.#series.set(key, series);
    return series;
  }
}

/** A value that is read when somebody asks. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly unit?: "seconds" | "bytes";
  readonly values: readonly { readonly labels?: Labels; readonly value: number }[];
}

/** All that a process measures. Recording costs a few additions; nothing is sent anywhere. */
export class Metrics {
  readonly #histograms = new Map<string, Histogram>();
  readonly #readers: (() => readonly Reading[])[] = [];

  get histograms(): Iterable<Histogram> {
    return this.#histograms.values();
  }

  /** The histogram of durations in seconds by that name; asking twice gives the same one. */
  duration(name: string, help: string): Histogram {
    const known = this.#histograms.get(name);
    if (known) return known;
    const histogram = new Histogram(name, help, durationBoundsS);
    this.#histograms.set(name, histogram);
    return histogram;
  }

  /** Adds values that are read at each scrape. */
  observe(read: () => readonly Reading[]): void {
    this.#readers.push(read);
  }

  read(): Reading[] {
    return this.#readers.flatMap((reader) => reader());
  }
}
