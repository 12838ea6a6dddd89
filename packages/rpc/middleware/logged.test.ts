import { withRemoteParent } from "@faultline/telemetry/context";
import type { Logger } from "@faultline/telemetry/logger";
import { expect, test } from "vitest";
import { internal, invalidArgument, unavailable } from "../errors.ts";
import { someCall } from "../some-call.ts";
import { logged } from "./logged.ts";

function recorder() {
  const lines: { level: string; message: string; fields?: Record<string, unknown> | undefined }[] =
    [];
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push({ level, message, fields });
  const log: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => log,
  };
  return { log, lines };
}

test("a call answered is one line at the level asked for, with its name and duration", async () => {
  const { log, lines } = recorder();
  await logged({ level: "info" })(someCall({ log }), async () => 1);
  expect(lines).toMatchObject([{ level: "info", message: "request answered" }]);
  expect(lines[0]?.fields).toMatchObject({ call: "echo.Echo/Say", durationMs: expect.any(Number) });
});

test("the ids of a trace are told once, by the logger of a traced call or else by the line", async () => {
  const place = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
  const { log, lines } = recorder();
  for (const traceFlags of [0, 1]) {
    const context = withRemoteParent({ ...place, traceFlags, isRemote: true });
    await logged({ level: "info" })(someCall({ log, context }), async () => 1);
  }

  expect(lines.map(({ fields }) => fields?.trace_id)).toEqual([place.traceId, undefined]);
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
