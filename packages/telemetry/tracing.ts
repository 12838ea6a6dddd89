import type { Context, Span, SpanOptions } from "@opentelemetry/api";
import { attributes } from "./attributes.ts";
import type { Logger } from "./logger.ts";
import { isParentBased, type Sampling, samplerOf } from "./sampling.ts";
import { SpanQueue, type SpanSink } from "./span-queue.ts";
import { SpanMaker } from "./spans.ts";

/** What makes spans. */
export interface Tracing {
  readonly tracer: { startSpan(name: string, options: SpanOptions, context: Context): Span };
  /** Whether a call whose caller is not sampled is never sampled: then nothing needs to be asked for it. */
  readonly followsParent: boolean;
  /** Hands over what is still waiting and ends. Never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  readonly service: string;
  readonly version: string;
  /** Tells replicas apart. */
  readonly instance?: string;
  readonly sampling: Sampling;
  readonly log: Logger;
  /** Base URL of an OTLP/HTTP receiver, such as `http://localhost:4318`. */
  readonly otlpUrl: string;
  /** Where spans go instead; for tests. */
  readonly exporter?: SpanSink;
}

/** Spans wait in a bounded queue and are dropped rather than delay a call. */
export function startTracing(options: TracingOptions): Tracing {
  const { sampling, service, version, instance } = options;
  const sink = options.exporter ?? new SpanQueue(options.otlpUrl, options.log);
  const tracer = new SpanMaker({
    sampler: samplerOf(sampling),
    resource: {
      [attributes.serviceName]: service,
      [attributes.serviceVersion]: version,
      ...(instance ? { [attributes.serviceInstance]: instance } : {}),
    },
    onEnd: (span) => sink.take(span),
  });
  return { tracer, followsParent: isParentBased(sampling), close: () => sink.close() };
}
