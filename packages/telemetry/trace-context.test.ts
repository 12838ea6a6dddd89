import { expect, test } from "vitest";
import { rootContext } from "./context.ts";
import {
  contextFromHeaders,
  parseTraceparent,
  parseUberTraceId,
  traceparentOf,
  tracestateOf,
} from "./trace-context.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test("a traceparent goes out as it came in, and a tracestate beside it", () => {
  const context = contextFromHeaders({ traceparent, tracestate: "a=1,b=2" });
  expect(traceparentOf(context)).toBe(traceparent);
  expect(tracestateOf(context)).toBe("a=1,b=2");
});

test("only the sampled flag is kept of the flags", () => {
  const place = parseTraceparent(traceparent.replace(/01$/, "ff"));
  expect(place?.traceFlags).toBe(1);
  expect(parseTraceparent(traceparent.replace(/01$/, "00"))?.traceFlags).toBe(0);
});

test.for([
  "",
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
  "00-00000000000000000000000000000000-b7ad6b7169203331-01",
  "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
  "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
  "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  `${traceparent}-more`,
])("the malformed traceparent '%s' counts as absent", (text) => {
  expect(contextFromHeaders({ traceparent: text })).toBe(rootContext);
});

test("a later version may bring more than we know", () => {
  expect(parseTraceparent(`01${traceparent.slice(2)}-more`)?.spanId).toBe("b7ad6b7169203331");
});

test("a tracestate that is too long is dropped", () => {
  const context = contextFromHeaders({ traceparent, tracestate: `a=${"x".repeat(600)}` });
  expect(tracestateOf(context)).toBeUndefined();
});

test("Jaeger's header is read, with short ids and escaped colons", () => {
  expect(parseUberTraceId("af7651916cd43dd:1a2b:0:1")).toMatchObject({
    traceId: "00000000000000000af7651916cd43dd",
    spanId: "0000000000001a2b",
    traceFlags: 1,
  });
  expect(parseUberTraceId("1%3A2%3A0%3A2")?.traceFlags).toBe(0);
  expect(parseUberTraceId("x:y:0:1")).toBeUndefined();
  expect(parseUberTraceId("0:1:0:1")).toBeUndefined();
});

test("a traceparent counts more than Jaeger's header", () => {
  const context = contextFromHeaders({ traceparent, uberTraceId: "1:2:0:1" });
  expect(traceparentOf(context)).toBe(traceparent);
});

test("outside any trace nothing is sent", () => {
  expect(traceparentOf(rootContext)).toBeUndefined();
  expect(tracestateOf(rootContext)).toBeUndefined();
});
