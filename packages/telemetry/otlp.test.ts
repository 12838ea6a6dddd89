import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, onTestFinished, test } from "vitest";
import { withRemoteParent } from "./context.ts";
import { silent } from "./logger.ts";
import { startTracing } from "./tracing.ts";

// The referee is OpenTelemetry's own SDK: of the same spans, the receiver is told the same.
const parent = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
  isRemote: true,
};

/** Takes what is sent, as JSON. */
async function receiver() {
  const bodies: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    bodies.push(
      Array.fromAsync(request).then((chunks) => JSON.parse(Buffer.concat(chunks).toString())),
    );
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

/** Says something of every kind. */
function tell(span: Span): void {
  span.setAttribute("text", "grün");
  span.setAttributes({ whole: 7, part: 1.5, yes: true, many: ["a", "b"] });
  span.addEvent("cache skipped", { key: "k" });
  span.addLink({ context: { ...parent, isRemote: false }, attributes: { why: "before" } });
  span.updateName("GET /hotels");
  span.setStatus({ code: SpanStatusCode.ERROR, message: "no geo" });
  span.end();
  span.setAttribute("late", 1);
}

const options = { kind: SpanKind.SERVER, attributes: { first: "1" } };
const identity = { service: "geo", version: "1.2.3", instance: "geo-1" };

async function toldBySdk(context: "root" | "remote"): Promise<unknown> {
  const { url, bodies } = await receiver();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": identity.service,
      "service.version": identity.version,
      "service.instance.id": identity.instance,
    }),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      new SimpleSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${url}/v1/traces` }) }),
    ],
  });
  const within = context === "root" ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  tell(provider.getTracer("faultline").startSpan("GET", options, within));
  await provider.shutdown();
  return bodies[0];
}

async function toldByUs(context: "root" | "remote"): Promise<unknown> {
  const { url, bodies } = await receiver();
  const sampling = { sampler: "always_on", ratio: 1 } as const;
  const tracing = startTracing({ ...identity, sampling, log: silent, otlpUrl: url });
  const within = context === "root" ? ROOT_CONTEXT : withRemoteParent(parent);
  tell(tracing.tracer.startSpan("GET", options, within));
  await tracing.close();
  return bodies[0];
}

/** Ids and times differ from span to span; that they have the form that they should is told. */
function withoutChance(told: unknown): unknown {
  return JSON.parse(JSON.stringify(told), (key, value) => {
    if (key === "traceId" && value !== parent.traceId) return /^[0-9a-f]{32}$/.test(value);
    if (key === "spanId" && value !== parent.spanId) return /^[0-9a-f]{16}$/.test(value);
    if (!key.endsWith("UnixNano")) return value;
    return Math.abs(Number(BigInt(value) / 1_000_000n) - Date.now()) < 60_000;
  });
}

test.for(["root", "remote"] as const)(
  "a %s span is told as OpenTelemetry's SDK tells it",
  async (context) => {
    const [theirs, ours] = await Promise.all([toldBySdk(context), toldByUs(context)]);
    expect(withoutChance(ours)).toEqual(withoutChance(theirs));
  },
);
