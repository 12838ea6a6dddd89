import { attributes as names } from "@faultline/telemetry/attributes";
import { sampledFlag, spanContextOf, traceFields, withSpan } from "@faultline/telemetry/context";
import type { Tracing } from "@faultline/telemetry/tracing";
import type { Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { alter, type Call, type Middleware } from "../call.ts";
import { protocolName, type ServiceError, toServiceError } from "../errors.ts";
import { causeCode, isFault, statusText } from "./outcome.ts";

// The values of the API's enums, whose import every process would pay for.
const serverKind: SpanKind.SERVER = 1;
const clientKind: SpanKind.CLIENT = 2;
const statusError: SpanStatusCode.ERROR = 2;

/** A span around every call that is sampled; one that is not passes through untouched. */
export function traced({
  tracer,
  followsParent,
}: Pick<Tracing, "tracer" | "followsParent">): Middleware {
  return (call, next) => {
    if (followsParent && isUnsampled(call)) return next(call);

    const kind = call.kind === "server" ? serverKind : clientKind;
    const span = tracer.startSpan(call.name, { kind, attributes: call.attributes }, call.context);
    const context = withSpan(call.context, span);
    if (!span.isRecording()) return next(alter(call, { context }));

    const log = call.kind === "server" ? call.log.child(traceFields(context)) : call.log;
    return observed(call, span, next(alter(call, { context, log })));
  };
}

function isUnsampled({ context }: Call): boolean {
  const place = spanContextOf(context);
  return place !== undefined && (place.traceFlags & sampledFlag) === 0;
}

async function observed(call: Call, span: Span, work: Promise<unknown>): Promise<unknown> {
  try {
    const result = await work;
    if (call.system === "http" || isRpc(call)) setStatus(span, call);
    return result;
  } catch (thrown) {
    setFailure(span, call, toServiceError(thrown));
    throw thrown;
  } finally {
    span.end();
  }
}

function isRpc({ system }: Call): boolean {
  return system === "grpc" || system === "thrift";
}

function setStatus(span: Span, call: Call, error?: ServiceError): void {
  if (call.system === "http") span.setAttribute(names.httpStatusCode, call.outcome?.status ?? 500);
  else span.setAttribute(names.rpcStatusCode, statusText(call, error));
}

function setFailure(span: Span, call: Call, error: ServiceError): void {
  if (call.system === "http" || isRpc(call)) setStatus(span, call, error);
  else span.setAttribute(names.dbStatusCode, causeCode(error) ?? protocolName(error.code));
  if (!isFault(call, error)) return;
  span.setAttribute(names.errorType, protocolName(error.code));
  span.setStatus({ code: statusError, message: error.message });
}
