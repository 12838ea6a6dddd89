import type { Attributes, AttributeValue, HrTime, SpanContext } from "@opentelemetry/api";
import type { FinishedSpan, SpanEvent } from "./spans.ts";

/** Spans of one process as OTLP's JSON has them, in one request. */
export function encodeSpans(spans: readonly FinishedSpan[]): string {
  const resource = spans[0]?.resource.attributes ?? {};
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource), droppedAttributesCount: 0 },
        scopeSpans: [{ scope: { name: "faultline" }, spans: spans.map(encodeSpan) }],
      },
    ],
  });
}

function encodeSpan(span: FinishedSpan) {
  const place = span.spanContext();
  const { parentSpanContext: parent, status, links } = span;
  return {
    traceId: place.traceId,
    spanId: place.spanId,
    parentSpanId: parent?.spanId,
    traceState: place.traceState?.serialize(),
    name: span.name,
    // OTLP has a number for kinds that are not told, before the API's.
    kind: span.kind + 1,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: keyValues(span.attributes),
    droppedAttributesCount: 0,
    events: span.events.map(encodeEvent),
    droppedEventsCount: 0,
    status: { code: status.code, message: status.message },
    links: links.map(({ context, attributes = {} }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: keyValues(attributes),
      droppedAttributesCount: 0,
      flags: flagsOf(context, context.isRemote),
    })),
    droppedLinksCount: 0,
    flags: flagsOf(place, parent?.isRemote),
  };
}

function encodeEvent({ name, time, attributes }: SpanEvent) {
  return {
    name,
    timeUnixNano: nanoseconds(time),
    attributes: keyValues(attributes),
    droppedAttributesCount: 0,
  };
}

/** Beside the trace's own flags: that it is known whether the parent is elsewhere, and whether it is. */
function flagsOf({ traceFlags }: SpanContext, isRemote = false): number {
  return (traceFlags & 0xff) | 0x100 | (isRemote ? 0x200 : 0);
}

function nanoseconds([seconds, rest]: HrTime): string {
  return `${BigInt(seconds) * 1_000_000_000n + BigInt(rest)}`;
}

function keyValues(attributes: Attributes) {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: AttributeValue | null): object {
  if (Array.isArray(value))
    return { arrayValue: { values: value.map((each) => anyValue(each ?? "")) } };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value !== "number") return {};
  return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
}
