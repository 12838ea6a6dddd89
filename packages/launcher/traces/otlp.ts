import type { AttributeValue, Span, SpanEvent } from "./span.ts";

const kinds = ["internal", "internal", "server", "client", "producer", "consumer"] as const;
const statusError = 2;
const attributesMax = 64;
const eventsMax = 32;
const textMax = 2_048;

/** The spans of an OTLP/HTTP request in JSON. What is not a span is left out. */
export function spansOf(body: unknown): readonly Span[] {
  return list(body, "resourceSpans").flatMap((resourceSpans) => {
    const resource = attributesOf(field(resourceSpans, "resource"));
    const service = String(resource["service.name"] ?? "unknown_service");
    return list(resourceSpans, "scopeSpans")
      .flatMap((scopeSpans) => list(scopeSpans, "spans"))
      .flatMap((span) => spanOf(span, service, resource));
  });
}

function spanOf(span: unknown, service: string, resource: Span["resource"]): Span[] {
  const [traceId, spanId] = [text(span, "traceId"), text(span, "spanId")];
  if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) return [];
  const startUs = microseconds(span, "startTimeUnixNano");
  const status = field(span, "status");
  return [
    {
      ...{ traceId, spanId, service, resource, startUs },
      parentSpanId: text(span, "parentSpanId"),
      name: text(span, "name"),
      kind: kinds[Number(field(span, "kind"))] ?? "internal",
      durationUs: Math.max(0, microseconds(span, "endTimeUnixNano") - startUs),
      failed: field(status, "code") === statusError,
      statusMessage: text(status, "message"),
      attributes: attributesOf(span),
      events: list(span, "events").slice(0, eventsMax).map(eventOf),
    },
  ];
}

function eventOf(event: unknown): SpanEvent {
  return {
    atUs: microseconds(event, "timeUnixNano"),
    name: text(event, "name"),
    attributes: attributesOf(event),
  };
}

function attributesOf(holder: unknown): Readonly<Record<string, AttributeValue>> {
  const entries = list(holder, "attributes").slice(0, attributesMax);
  return Object.fromEntries(
    entries.map((entry) => [text(entry, "key"), attributeValue(field(entry, "value"))]),
  );
}

/** OTLP names a value's type by the name of its field; 64-bit numbers are texts there. */
function attributeValue(value: unknown): AttributeValue {
  const string = field(value, "stringValue");
  if (typeof string === "string") return string.slice(0, textMax);
  const boolean = field(value, "boolValue");
  if (typeof boolean === "boolean") return boolean;
  const number = field(value, "intValue") ?? field(value, "doubleValue");
  if (number !== undefined) return Number(number);
  return JSON.stringify(value ?? null).slice(0, textMax);
}

function microseconds(holder: unknown, name: string): number {
  const nanoseconds = field(holder, name);
  const digits = typeof nanoseconds === "number" ? String(nanoseconds) : nanoseconds;
  if (typeof digits !== "string" || !/^\d{1,20}$/.test(digits)) return 0;
  return Number(BigInt(digits) / 1_000n);
}

function text(holder: unknown, name: string): string {
  const value = field(holder, name);
  return typeof value === "string" ? value.slice(0, textMax) : "";
}

function list(holder: unknown, name: string): readonly unknown[] {
  const value = field(holder, name);
  return Array.isArray(value) ? value : [];
}

function field(holder: unknown, name: string): unknown {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, name))
    return undefined;
  return (holder as Readonly<Record<string, unknown>>)[name];
}
