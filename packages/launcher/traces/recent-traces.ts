import type { Span } from "./span.ts";

export interface TraceQuery {
  readonly service: string;
  readonly operation?: string | undefined;
  /** Only traces that began in this time, in microseconds since the epoch. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly minDurationUs?: number | undefined;
  readonly maxDurationUs?: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly limit: number;
}

const spansMax = 50_000;
const spansOfTraceMax = 1_000;

/** Keeps the spans that came last, whole traces at a time, in bounded memory. */
export class RecentTraces {
  /** The one that began to come first is first. */
  readonly #traces = new Map<string, Span[]>();
  #spans = 0;

  add(spans: readonly Span[]): void {
    for (const span of spans) {
      const trace = this.#traces.get(span.traceId) ?? [];
      if (trace.length >= spansOfTraceMax) continue;
      trace.push(span);
      this.#traces.set(span.traceId, trace);
      this.#spans += 1;
    }
    for (const [traceId, trace] of this.#traces) {
      if (this.#spans <= spansMax) break;
      this.#traces.delete(traceId);
      this.#spans -= trace.length;
    }
  }

  get services(): readonly string[] {
    return unique(
      [...this.#traces.values()].flatMap((trace) => trace.map(({ service }) => service)),
    );
  }

  operations(wanted: string): readonly string[] {
    const spans = [...this.#traces.values()].flat().filter(({ service }) => service === wanted);
    return unique(spans.map(({ name }) => name));
  }

  trace(traceId: string): readonly Span[] | undefined {
    return this.#traces.get(traceId);
  }

  /** Traces in which one span fits the query, the latest first. */
  find(query: TraceQuery): readonly (readonly Span[])[] {
    return [...this.#traces.values()]
      .filter((trace) => trace.some((span) => fits(span, query)))
      .toSorted((a, b) => startOf(b) - startOf(a))
      .slice(0, query.limit);
  }
}

function fits(span: Span, query: TraceQuery): boolean {
  const { operation, minDurationUs = 0, maxDurationUs = Number.POSITIVE_INFINITY } = query;
  return (
    span.service === query.service &&
    (operation === undefined || span.name === operation) &&
    span.startUs >= query.fromUs &&
    span.startUs <= query.toUs &&
    span.durationUs >= minDurationUs &&
    span.durationUs <= maxDurationUs &&
    Object.entries(query.tags).every(([key, value]) => tagOf(span, key) === value)
  );
}

function tagOf({ attributes, failed }: Span, key: string): string {
  return key === "error" ? String(failed) : String(attributes[key] ?? "");
}

function startOf(trace: readonly Span[]): number {
  return Math.min(...trace.map(({ startUs }) => startUs));
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
