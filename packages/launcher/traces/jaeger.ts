import type { AttributeValue, Span } from "./span.ts";

/** A trace in the JSON of Jaeger's query API. */
export function jaegerTrace(spans: readonly Span[]) {
  const processes = new Map<string, { id: string; serviceName: string; tags: Tag[] }>();
  for (const { service, resource } of spans) {
    const key = processKey(service, resource);
    if (processes.has(key)) continue;
    const { "service.name": _, ...rest } = resource;
    processes.set(key, { id: `p${processes.size + 1}`, serviceName: service, tags: tagsOf(rest) });
  }
  return {
    traceID: spans[0]?.traceId ?? "",
    spans: spans.map((span) =>
      jaegerSpan(span, processes.get(processKey(span.service, span.resource))?.id ?? ""),
    ),
    processes: Object.fromEntries(
      [...processes.values()].map(({ id, serviceName, tags }) => [id, { serviceName, tags }]),
    ),
    warnings: null,
  };
}

function jaegerSpan(span: Span, processID: string) {
  const { traceId, parentSpanId, failed, statusMessage, events } = span;
  const status = failed ? { "otel.status_code": "ERROR", error: true } : {};
  const description = failed && statusMessage ? { "otel.status_description": statusMessage } : {};
  return {
    traceID: traceId,
    spanID: span.spanId,
    operationName: span.name,
    references: parentSpanId
      ? [{ refType: "CHILD_OF", traceID: traceId, spanID: parentSpanId }]
      : [],
    startTime: span.startUs,
    duration: span.durationUs,
    tags: tagsOf({ ...span.attributes, "span.kind": span.kind, ...status, ...description }),
    logs: events.map(({ atUs, name, attributes }) => ({
      timestamp: atUs,
      fields: tagsOf({ event: name, ...attributes }),
    })),
    processID,
    warnings: null,
  };
}

interface Tag {
  readonly key: string;
  readonly type: "string" | "bool" | "int64" | "float64";
  readonly value: AttributeValue;
}

function tagsOf(attributes: Readonly<Record<string, AttributeValue>>): Tag[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, type: typeOf(value), value }));
}

function typeOf(value: AttributeValue): Tag["type"] {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return Number.isInteger(value) ? "int64" : "float64";
}

function processKey(service: string, resource: Span["resource"]): string {
  return `${service} ${JSON.stringify(resource)}`;
}
