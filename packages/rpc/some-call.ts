import { rootContext } from "@faultline/telemetry/context";
import { silent } from "@faultline/telemetry/logger";
import type { Call } from "./call.ts";
import { Cancellation } from "./cancellation.ts";

/** A call for tests of layers: a gRPC request received, unless told otherwise. */
export function someCall(overrides: Partial<Call> = {}): Call {
  const cancellation = new Cancellation(overrides.deadlineMs ?? Number.POSITIVE_INFINITY);
  return {
    kind: "server",
    system: "grpc",
    name: "echo.Echo/Say",
    service: "echo",
    attributes: { "rpc.system.name": "grpc", "rpc.method": "echo.Echo/Say" },
    request: undefined,
    deadlineMs: cancellation.deadlineMs,
    context: rootContext,
    log: silent,
    cancellation,
    signal: cancellation.signal,
    ...overrides,
  };
}
