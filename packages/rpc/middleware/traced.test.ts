import { spanContextOf, withRemoteParent } from "@faultline/telemetry/context";
import { silent } from "@faultline/telemetry/logger";
import { recordSpans } from "@faultline/telemetry/recorded-spans";
import type { Sampling } from "@faultline/telemetry/sampling";
import { contextFromHeaders } from "@faultline/telemetry/trace-context";
import { startTracing } from "@faultline/telemetry/tracing";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect, onTestFinished, test } from "vitest";
import type { Call } from "../call.ts";
import { invalidArgument, unavailable } from "../errors.ts";
import { someCall } from "../some-call.ts";
import { traced } from "./traced.ts";

async function start(sampling: Sampling = { sampler: "parentbased_always_on", ratio: 1 }) {
  const { exporter, spans } = recordSpans();
  const tracing = startTracing({
    service: "echo",
    version: "1",
    sampling,
    log: silent,
    otlpUrl: "",
    exporter,
  });
  onTestFinished(() => tracing.close());
  return { layer: traced(tracing), spans };
}

const parent = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
  isRemote: true,
};

test("a call becomes a span with its name, kind, attributes and status", async () => {
  const { layer, spans } = await start();
  await layer(someCall(), async () => 1);
  expect(spans()).toMatchObject([
    {
      name: "echo.Echo/Say",
      kind: SpanKind.SERVER,
      attributes: {
        "rpc.system.name": "grpc",
        "rpc.method": "echo.Echo/Say",
        "rpc.status_code": "OK",
      },
      status: { code: SpanStatusCode.UNSET },
    },
  ]);
});

test("the work runs inside the span, which hangs under its caller's", async () => {
  const { layer, spans } = await start();
  let inside: string | undefined;
  await layer(someCall({ context: withRemoteParent(parent) }), async (call) => {
    inside = spanContextOf(call.context)?.spanId;
  });
  const [span] = spans();
  expect(span?.spanContext().spanId).toBe(inside);
  expect(span?.spanContext().traceId).toBe(parent.traceId);
  expect(span?.parentSpanContext?.spanId).toBe(parent.spanId);
});

test("a failure of ours marks the span, and passes through", async () => {
  const { layer, spans } = await start();
  const error = unavailable("no connection to geo");
  await expect(layer(someCall(), () => Promise.reject(error))).rejects.toBe(error);
  expect(spans()).toMatchObject([
    {
      status: { code: SpanStatusCode.ERROR, message: "no connection to geo" },
      attributes: { "rpc.status_code": "UNAVAILABLE", "error.type": "UNAVAILABLE" },
    },
  ]);
});

test("a caller's mistake has a status but is no error of the server", async () => {
  const { layer, spans } = await start();
  const bad = () => Promise.reject(invalidArgument("no date"));
  await layer(someCall(), bad).catch(() => {});
  await layer(someCall({ kind: "client" }), bad).catch(() => {});
  expect(spans().map((span) => span.status.code)).toEqual([
    SpanStatusCode.UNSET,
    SpanStatusCode.ERROR,
  ]);
});

test("an HTTP span carries the status of the answer", async () => {
  const { layer, spans } = await start();
  const call = someCall({ system: "http", name: "GET /hotels", outcome: { status: 200 } });
  await layer(call, async () => 1);
  expect(spans()[0]?.attributes).toMatchObject({ "http.response.status_code": 200 });
});

test("a store span carries the store's own code", async () => {
  const { layer, spans } = await start();
  const call = someCall({ kind: "client", system: "mongodb", name: "find geo", attributes: {} });
  const error = unavailable("refused", { cause: Object.assign(new Error("no"), { code: 13 }) });
  await layer(call, () => Promise.reject(error)).catch(() => {});
  expect(spans()[0]?.attributes).toEqual({
    "db.response.status_code": "13",
    "error.type": "UNAVAILABLE",
  });
});

test("a call of an unsampled trace passes through untouched", async () => {
  const { layer, spans } = await start();
  const call = someCall({ context: withRemoteParent({ ...parent, traceFlags: 0 }) });
  let passed: Call | undefined;
  await layer(call, async (inner) => {
    passed = inner;
  });
  expect(passed).toBe(call);
  expect(spans()).toEqual([]);
});

test("a trace that is not kept from its root on is not kept further down either", async () => {
  const { layer, spans } = await start({ sampler: "parentbased_traceidratio", ratio: 0 });
  await layer(someCall(), (call) => layer(call, async () => 1));
  expect(spans()).toEqual([]);
});

test("a sampler that does not follow its parent decides for itself", async () => {
  const { layer, spans } = await start({ sampler: "always_on", ratio: 1 });
  const traceparent = `00-${parent.traceId}-${parent.spanId}-00`;
  await layer(someCall({ context: contextFromHeaders({ traceparent }) }), async () => 1);
  expect(spans()).toHaveLength(1);
});
