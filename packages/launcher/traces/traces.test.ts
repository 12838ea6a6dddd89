import { expect, test } from "vitest";
import { jaegerTrace } from "./jaeger.ts";
import { spansOf } from "./otlp.ts";
import { parseTraceQuery } from "./query.ts";
import { RecentTraces } from "./recent-traces.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";

/** A request of an OTLP exporter with two spans of one trace. */
const exported = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "search" } }] },
      scopeSpans: [
        {
          scope: { name: "faultline" },
          spans: [
            {
              ...{ traceId, spanId: "b7ad6b7169203331", parentSpanId: "", name: "Nearby", kind: 2 },
              startTimeUnixNano: "1700000000000001000",
              endTimeUnixNano: "1700000000005001000",
              attributes: [{ key: "rpc.status_code", value: { intValue: "14" } }],
              status: { code: 2, message: "geo is away" },
            },
            {
              ...{ traceId, spanId: "00f067aa0ba902b7", parentSpanId: "b7ad6b7169203331" },
              ...{ name: "GetRates", kind: 3 },
              startTimeUnixNano: "1700000000001001000",
              endTimeUnixNano: "1700000000002001000",
              attributes: [],
              status: { code: 0 },
            },
          ],
        },
      ],
    },
  ],
};

test("exported spans come back as Jaeger's query API writes them", () => {
  const { traceID, spans, processes } = jaegerTrace(spansOf(exported));

  expect(traceID).toBe(traceId);
  expect(processes).toEqual({ p1: { serviceName: "search", tags: [] } });
  expect(spans[0]).toMatchObject({
    operationName: "Nearby",
    references: [],
    startTime: 1_700_000_000_000_001,
    duration: 5_000,
    processID: "p1",
    tags: expect.arrayContaining([
      { key: "rpc.status_code", type: "int64", value: 14 },
      { key: "span.kind", type: "string", value: "server" },
      { key: "error", type: "bool", value: true },
      { key: "otel.status_description", type: "string", value: "geo is away" },
    ]),
  });
  expect(spans[1]).toMatchObject({
    references: [{ refType: "CHILD_OF", traceID: traceId, spanID: "b7ad6b7169203331" }],
  });
});

test("what is no span is left out", () => {
  expect([undefined, [], { resourceSpans: 7 }, { resourceSpans: [null] }].flatMap(spansOf)).toEqual(
    [],
  );
});

test("traces are found by service, time, failure and limit, the latest first", () => {
  const traces = new RecentTraces();
  const [span] = spansOf(exported);
  if (!span) throw new Error("no span");
  const ids = ["1", "2", "3"].map((digit) => digit.repeat(32));
  traces.add(
    ids.map((id, index) => ({
      ...{ ...span, traceId: id },
      startUs: span.startUs + index * 1_000_000,
      failed: index === 0,
    })),
  );
  const nowUs = span.startUs + 3_000_000;
  const found = (query: string) =>
    traces
      .find(parseTraceQuery(new URLSearchParams(`service=search&${query}`), nowUs))
      .map((trace) => trace[0]?.traceId[0]);

  expect(found("lookback=300s")).toEqual(["3", "2", "1"]);
  expect(found("lookback=1s")).toEqual(["3"]);
  expect(found("limit=2")).toEqual(["3", "2"]);
  expect(found(`tags=${encodeURIComponent('{"error":"true"}')}`)).toEqual(["1"]);
  expect(found("minDuration=6ms")).toEqual([]);
  expect(traces.services).toEqual(["search"]);
  expect(traces.operations("search")).toEqual(["Nearby"]);
});

test("old traces make room for new ones", () => {
  const traces = new RecentTraces();
  const [span] = spansOf(exported);
  if (!span) throw new Error("no span");
  const ids = Array.from({ length: 51_000 }, (_, index) => index.toString(16).padStart(32, "0"));

  traces.add(ids.map((id) => ({ ...span, traceId: id })));

  expect(traces.trace(ids[0] ?? "")).toBeUndefined();
  expect(traces.trace(ids.at(-1) ?? "")).toHaveLength(1);
});

test.each(["", "service=search&lookback=soon", "service=search&limit=-1", "service=s&tags=1"])(
  "the query %s is refused with a sentence",
  (query) => {
    expect(() => parseTraceQuery(new URLSearchParams(query), 0)).toThrow(/must be|is required/);
  },
);
