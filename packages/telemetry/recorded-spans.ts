import type { SpanSink } from "./span-queue.ts";
import type { FinishedSpan } from "./spans.ts";

/** Keeps finished spans for a test to look at, in the order in which they ended. */
export function recordSpans(): { exporter: SpanSink; spans(): FinishedSpan[] } {
  const kept: FinishedSpan[] = [];
  const exporter = { take: (span: FinishedSpan) => void kept.push(span), close: async () => {} };
  return { exporter, spans: () => [...kept] };
}
