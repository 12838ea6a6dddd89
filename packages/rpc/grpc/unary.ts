import { contextFromHeaders } from "@faultline/telemetry/trace-context";
import type { Context } from "@opentelemetry/api";
import type { BoundMethod } from "../bound-service.ts";
import { Cancellation } from "../cancellation.ts";
import { internal, ServiceError, toServiceError } from "../errors.ts";
import type { HeaderList } from "../http2/headers.ts";
import { encodeFrame } from "./frames.ts";
import type { ServerCall } from "./server-call.ts";

/** Answers a call by a method of a contract. Resolves when the handler has ended, whoever still waits for it. */
export function serveUnary(
  bound: BoundMethod,
  call: ServerCall,
  deadlineMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const cancellation = new Cancellation(deadlineMs);
    let bytes: Buffer | undefined;
    let isStarted = false;
    call.handle({
      message(message) {
        if (bytes) throw internal(`${bound.path} takes one message`);
        bytes = message;
      },
      end() {
        if (!bytes) {
          call.end(internal(`${bound.path} takes a message`));
          resolve();
          return;
        }
        call.arrived();
        isStarted = true;
        answer(bound, call, bytes, cancellation).finally(resolve);
      },
      gone(reason) {
        cancellation.cancel(reason);
        if (!isStarted) resolve();
      },
    });
  });
}

async function answer(
  bound: BoundMethod,
  call: ServerCall,
  bytes: Buffer,
  cancellation: Cancellation,
): Promise<void> {
  try {
    const request: unknown = bound.method.requestType.decode(bytes);
    const context = contextOf(call.headers);
    const response = await bound.serve({ request, context, cancellation });
    call.answer(encoded(bound, response));
  } catch (thrown) {
    call.end(toServiceError(thrown));
  }
}

function encoded({ method, path }: BoundMethod, response: unknown): Buffer {
  try {
    return encodeFrame(method.responseType, response);
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw internal(`cannot encode the response of ${path}`, { cause });
  }
}

function contextOf(headers: HeaderList): Context {
  const traceparent = headers.get("traceparent");
  if (traceparent === undefined) {
    return contextFromHeaders({ uberTraceId: headers.get("uber-trace-id") });
  }
  return contextFromHeaders({ traceparent, tracestate: headers.get("tracestate") });
}
