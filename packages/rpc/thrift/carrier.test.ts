import { rootContext } from "@faultline/telemetry/context";
import {
  contextFromHeaders,
  traceparentOf,
  uberTraceIdOf,
} from "@faultline/telemetry/trace-context";
import { expect, test } from "vitest";
import { testCall } from "../test-call.ts";
import { carriedBy, carrierOf } from "./carrier.ts";
import { thriftEcho } from "./echo-contract.ts";
import { answerCall, callFrame, dial, RawClient, rawServer, serve } from "./testing.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${spanId}-01`;
const context = contextFromHeaders({ traceparent, tracestate: "vendor=1" });
const never = { context: rootContext, deadlineMs: Number.POSITIVE_INFINITY };

test("outside of any trace and without a deadline nothing is carried", () => {
  expect(carrierOf(never)).toBeUndefined();
});

test("the place in a trace is carried as Jaeger and as W3C write it", () => {
  expect(carrierOf({ ...never, context })).toEqual(
    new Map([
      ["uber-trace-id", `${traceId}:${spanId}:0:01`],
      ["traceparent", traceparent],
      ["tracestate", "vendor=1"],
    ]),
  );
  const unsampled = contextFromHeaders({ traceparent: `00-${traceId}-${spanId}-00` });
  expect(carrierOf({ ...never, context: unsampled })?.get("uber-trace-id")).toBe(
    `${traceId}:${spanId}:0:00`,
  );
});

test("a deadline is carried as what is left of it", () => {
  const left = Number(carrierOf({ ...never, deadlineMs: Date.now() + 60_000 })?.get("timeout-ms"));
  expect(left).toBeGreaterThan(30_000);
  expect(left).toBeLessThanOrEqual(60_000);
});

test.for([
  [`${traceId}:${spanId}:0:1`, `${traceId}:${spanId}:0:01`],
  ["463ac35c9f6413ad:1b2:a3:1", `0000000000000000463ac35c9f6413ad:00000000000001b2:0:01`],
  ["463AC35C9F6413AD:1B2:0:3", `0000000000000000463ac35c9f6413ad:00000000000001b2:0:01`],
  ["7%3A8%3A0%3A0", `${"7".padStart(32, "0")}:${"8".padStart(16, "0")}:0:00`],
])("Jaeger's %s is read, padded or not", ([text, read]) => {
  const { context: known } = carriedBy(new Map([["uber-trace-id", text ?? ""]]));
  expect(uberTraceIdOf(known)).toBe(read);
});

test.for(["", "1:2", "1:2:3", "x:2:0:1", "0:0:0:1", `${"1".repeat(33)}:2:0:1`, "1:2:0:1:1"])(
  "what is not Jaeger's counts as absent: %j",
  (text) => {
    expect(carriedBy(new Map([["uber-trace-id", text]])).context).toBe(rootContext);
  },
);

test.for(["", "-1", "1.5", "soon", "99999999999"])(
  "what is no time to wait counts as absent: %j",
  (text) => {
    const { deadlineMs } = carriedBy(new Map([["timeout-ms", text]]));
    expect(deadlineMs).toBe(Number.POSITIVE_INFINITY);
  },
);

test("a caller's place in a trace reaches a handler, from W3C's entry or from Jaeger's alone", async () => {
  const seen: (string | undefined)[] = [];
  const { port, address } = await serve({
    handlers: thriftEcho(async (saying, call) => {
      seen.push(traceparentOf(call.context));
      return saying;
    }),
  });
  const saying = { number: 0, words: [] };
  await dial([address]).client.say(saying, testCall({ context }));
  const raw = new RawClient(port);
  raw.socket.write(callFrame(1, saying, new Map([["uber-trace-id", `${traceId}:${spanId}:0:1`]])));
  await raw.answer();
  raw.socket.write(callFrame(2, saying, new Map([["uber-trace-id", "nonsense"]])));
  await raw.answer();
  raw.socket.write(callFrame(3, saying));
  await raw.answer();
  expect(seen).toEqual([traceparent, traceparent, undefined, undefined]);
});

test("a foreign server sees what a call of ours carries", async () => {
  const seen: unknown[] = [];
  const { address } = await rawServer((call) => {
    seen.push(call.carrier?.get("uber-trace-id"), call.carrier?.has("timeout-ms"));
    answerCall(call);
  });
  await dial([address]).client.say({ number: 0, words: [] }, testCall({ context }));
  expect(seen).toEqual([`${traceId}:${spanId}:0:01`, true]);
});

test("a server stops working, and says so, when the time that a caller gave it is over", async () => {
  const stopped = Promise.withResolvers<unknown>();
  const { port } = await serve({
    handlers: thriftEcho(async (_saying, { signal }) => {
      signal.addEventListener("abort", () => stopped.resolve(signal.reason));
      return new Promise(() => {});
    }),
  });
  const raw = new RawClient(port);
  raw.socket.write(callFrame(1, { number: 0, words: [] }, new Map([["timeout-ms", "50"]])));
  const reader = await raw.message();
  expect(reader.message()).toMatchObject({ name: "Say", kind: 3, sequence: 1 });
  reader.field();
  expect(reader.string()).toBe("context deadline exceeded");
  await expect(stopped.promise).resolves.toMatchObject({ code: "deadlineExceeded" });
});
