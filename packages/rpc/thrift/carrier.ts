import { rootContext, spanContextOf } from "@faultline/telemetry/context";
import {
  contextFromHeaders,
  traceparentOf,
  tracestateOf,
  uberTraceIdOf,
} from "@faultline/telemetry/trace-context";
import type { Context } from "@opentelemetry/api";
import type { CallScope } from "../call.ts";
import type { Carrier } from "./contract.ts";

/** The entries of a carrier that mean something here. Others are passed over. */
const keys = {
  /** Jaeger's, which the originals write and read. */
  uberTraceId: "uber-trace-id",
  traceparent: "traceparent",
  tracestate: "tracestate",
  /** Ours: how many milliseconds the caller still waits. */
  timeout: "timeout-ms",
} as const;

const timeoutPattern = /^\d{1,10}$/;
/** Beyond a month a deadline is as good as none. */
const timeoutMaxMs = 2_592_000_000;

/** What travels beside a call's arguments: its place in the trace and the time it has left; undefined if neither. */
export function carrierOf({ context, deadlineMs }: Pick<CallScope, "context" | "deadlineMs">) {
  const place = spanContextOf(context);
  const leftMs = Math.ceil(deadlineMs - Date.now());
  const isBounded = leftMs < timeoutMaxMs;
  if (!place && !isBounded) return undefined;

  const carrier = new Map<string, string>();
  if (place) addPlace(carrier, context);
  if (isBounded) carrier.set(keys.timeout, `${Math.max(0, leftMs)}`);
  return carrier;
}

function addPlace(carrier: Map<string, string>, context: Context): void {
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) carrier.set(key, value);
  };
  add(keys.uberTraceId, uberTraceIdOf(context));
  add(keys.traceparent, traceparentOf(context));
  add(keys.tracestate, tracestateOf(context));
}

/** What a caller said beside the arguments. */
export interface Carried {
  readonly context: Context;
  readonly deadlineMs: number;
  /** Whether the caller is one of ours, which knows more than Thrift demands. */
  readonly isOurs: boolean;
}

const nothing: Carried = {
  context: rootContext,
  deadlineMs: Number.POSITIVE_INFINITY,
  isOurs: false,
};

/** Reads a carrier; what is malformed counts as absent. */
export function carriedBy(carrier: Carrier | undefined): Carried {
  if (!carrier) return nothing;
  const timeout = carrier.get(keys.timeout);
  const isTimeout = timeout !== undefined && timeoutPattern.test(timeout);
  return {
    context: contextFromHeaders({
      traceparent: carrier.get(keys.traceparent),
      tracestate: carrier.get(keys.tracestate),
      uberTraceId: carrier.get(keys.uberTraceId),
    }),
    deadlineMs: isTimeout ? Date.now() + Number(timeout) : Number.POSITIVE_INFINITY,
    isOurs: isTimeout,
  };
}
