import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { rootContext, spanContextOf, traceFields, withRemoteParent, withSpan } from "./context.ts";

const place = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
};

test("OpenTelemetry's own API finds the span in our contexts", () => {
  const span = trace.wrapSpanContext(place);
  expect(trace.getSpan(withSpan(rootContext, span))).toBe(span);
  expect(trace.getSpanContext(withRemoteParent(place))).toEqual(place);
});

test("we find the span in contexts of OpenTelemetry's own API", () => {
  expect(spanContextOf(trace.setSpanContext(ROOT_CONTEXT, place))).toEqual(place);
  expect(spanContextOf(ROOT_CONTEXT)).toBeUndefined();
});

test("a context holds other values beside the span, and forgets those deleted", () => {
  const key = Symbol("key");
  const context = withRemoteParent(place).setValue(key, 7);
  expect([context.getValue(key), spanContextOf(context)]).toEqual([7, place]);
  expect(context.deleteValue(key).getValue(key)).toBeUndefined();
  expect(rootContext.getValue(key)).toBeUndefined();
});

test("a log line gets the ids of the span that it stands in", () => {
  expect(traceFields(withRemoteParent(place))).toEqual({
    trace_id: place.traceId,
    span_id: place.spanId,
  });
  expect(traceFields(rootContext)).toEqual({});
});
