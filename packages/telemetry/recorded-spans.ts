import {
  InMemorySpanExporter,
  type ReadableSpan,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";

/** Keeps finished spans for a test to look at, in the order in which they ended. */
export function recordSpans(): { exporter: SpanExporter; spans(): ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  return { exporter, spans: () => exporter.getFinishedSpans() };
}
