import { spanOf, traceFields } from "@faultline/telemetry/context";
import type { Call, Middleware } from "../call.ts";
import { type Code, type ServiceError, toServiceError } from "../errors.ts";
import { causeCode, isFault } from "./outcome.ts";

export interface LoggedOptions {
  /** How loud a call that went well is said; left out, only failures are told, and the rest costs nothing. */
  readonly level?: "debug" | "info" | undefined;
}

/** Longest text taken over from an error of somebody else's making. */
const causeTextMax = 300;

/** One line per call, when it is over: what, how long, and how it failed if it did. Never what was in it. */
export function logged({ level }: LoggedOptions = {}): Middleware {
  return async (call, next) => {
    const startMs = performance.now();
    try {
      const result = await next(call);
      if (level) call.log[level](message(call, "answered"), fields(call, startMs));
      return result;
    } catch (thrown) {
      report(call, toServiceError(thrown), startMs);
      throw thrown;
    }
  };
}

function report(call: Call, error: ServiceError, startMs: number): void {
  const line = { ...fields(call, startMs), ...failureFields(error) };
  const loudness = call.kind === "server" && isFault(call, error) ? "error" : "warn";
  call.log[loudness](message(call, "failed"), line);
}

function message({ kind }: Call, end: "answered" | "failed"): string {
  return kind === "server" ? `request ${end}` : `call ${end}`;
}

function fields(call: Call, startMs: number): Record<string, unknown> {
  return {
    call: call.name,
    ...(call.peer === undefined ? {} : { peer: call.peer }),
    ...(call.outcome === undefined ? {} : { status: call.outcome.status }),
    durationMs: Math.round((performance.now() - startMs) * 1e3) / 1e3,
    ...placeInTrace(call),
  };
}

/** The logger of a call with a span of its own has them already. */
function placeInTrace({ context }: Call): Record<string, unknown> {
  return spanOf(context)?.isRecording() ? {} : traceFields(context);
}

function failureFields(error: ServiceError): Record<string, unknown> {
  const { code, message: reason, cause } = error;
  const serverCode = causeCode(error);
  const foreign = cause instanceof Error ? cause.message.slice(0, causeTextMax) : undefined;
  return {
    code,
    reason,
    ...(serverCode === undefined ? {} : { serverCode }),
    ...(foreign === undefined || foreign === reason ? {} : { cause: foreign }),
    ...(isBug(code, cause) ? { stack: cause.stack } : {}),
  };
}

/** An internal error that our own code threw: only then does a stack tell something. */
function isBug(code: Code, cause: unknown): cause is Error {
  return code === "internal" && cause instanceof Error && !("code" in cause);
}
