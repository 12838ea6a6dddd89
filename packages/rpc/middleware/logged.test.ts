import { withRemoteParent } from "@faultline/telemetry/context";
import type { Logger } from "@faultline/telemetry/logger";
import { recordSpans } from "@faultline/telemetry/recorded-spans";
import { startTracing } from "@faultline/telemetry/tracing";
import { expect, test } from "vitest";
import { internal, invalidArgument, unavailable } from "../errors.ts";
import { someCall } from "../some-call.ts";
import { logged } from "./logged.ts";
import { traced } from "./traced.ts";

type Fields = Record<string, unknown>;

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Fields | undefined;
  /** What its logger says in every line. */
  readonly bound: Fields;
}

function recorder(bound: Fields = {}, lines: Line[] = []) {
  const at = (level: string) => (message: string, fields?: Fields) =>
    void lines.push({ level, message, fields, bound });
  const log: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => recorder({ ...bound, ...fields }, lines).log,
  };
  return { log, lines };
}

test("a call answered is one line at the level asked for, with its name and duration", async () => {
  const { log, lines } = recorder();
  await logged({ level: "info" })(someCall({ log }), async () => 1);
  expect(lines).toMatchObject([{ level: "info", message: "request answered" }]);
  expect(lines[0]?.fields).toMatchObject({ call: "echo.Echo/Say", durationMs: expect.any(Number) });
});

const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

test("where nothing is traced a line tells the caller's place in the trace, sampled or not", async () => {
  const { log, lines } = recorder();
  for (const traceFlags of [0, 1]) {
    const context = withRemoteParent({ ...caller, traceFlags, isRemote: true });
    await logged({ level: "info" })(someCall({ log, context }), async () => 1);
  }

  const told = { trace_id: caller.traceId, span_id: caller.spanId };
  expect(lines.map(({ fields }) => fields)).toMatchObject([told, told]);
});

test("the ids of a trace are told once: by the logger of a call with a span, or else by the line", async () => {
  const { log, lines } = recorder();
  const tracing = startTracing({
    service: "echo",
    version: "1",
    sampling: { sampler: "parentbased_always_on", ratio: 1 },
    log,
    otlpUrl: "",
    exporter: recordSpans().exporter,
  });
  for (const traceFlags of [0, 1]) {
    const context = withRemoteParent({ ...caller, traceFlags, isRemote: true });
    await traced(tracing)(someCall({ log, context }), (call) =>
      logged({ level: "info" })(call, async () => 1),
    );
  }

  const { traceId } = caller;
  expect(lines.map(({ bound }) => bound.trace_id)).toEqual([undefined, traceId]);
  expect(lines.map(({ fields }) => fields?.trace_id)).toEqual([traceId, undefined]);
});

test("without a level, a call that went well says nothing", async () => {
  const { log, lines } = recorder();
  await logged()(someCall({ log }), async () => 1);
  expect(lines).toEqual([]);
});

test("a server's own failure is an error with code, reason and the code of the server behind", async () => {
  const { log, lines } = recorder();
  const cause = Object.assign(new Error("not authorized on geo-db"), { code: 13 });
  const error = unavailable("geo-db refused", { cause });
  await logged()(someCall({ log }), () => Promise.reject(error)).catch(() => {});
  expect(lines).toMatchObject([
    {
      level: "error",
      message: "request failed",
      fields: {
        code: "unavailable",
        reason: "geo-db refused",
        serverCode: "13",
        cause: "not authorized on geo-db",
      },
    },
  ]);
});

test("a caller's mistake, and a failed call to others, are warnings", async () => {
  const { log, lines } = recorder();
  const bad = () => Promise.reject(invalidArgument("no date"));
  const down = () => Promise.reject(unavailable("no connection"));
  await logged()(someCall({ log }), bad).catch(() => {});
  await logged()(someCall({ log, kind: "client", peer: "geo" }), down).catch(() => {});
  expect(lines).toMatchObject([
    { level: "warn", message: "request failed", fields: { code: "invalidArgument" } },
    { level: "warn", message: "call failed", fields: { code: "unavailable", peer: "geo" } },
  ]);
});

test("a bug leaves its stack", async () => {
  const { log, lines } = recorder();
  const error = internal("x is undefined", { cause: new TypeError("x is undefined") });
  await logged()(someCall({ log }), () => Promise.reject(error)).catch(() => {});
  expect(lines[0]?.fields?.stack).toContain("logged.test.ts");
});

test("neither request nor attributes get into a line", async () => {
  const { log, lines } = recorder();
  const call = someCall({ log, request: { password: "hunter2" }, attributes: { a: "hunter2" } });
  await logged({ level: "info" })(call, async () => "hunter2");
  await logged()(call, () => Promise.reject(internal("no"))).catch(() => {});
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});
