import type { IncomingMessage, ServerResponse } from "node:http";
import { attributes as names } from "@faultline/telemetry/attributes";
import type { Logger } from "@faultline/telemetry/logger";
import { contextFromHeaders } from "@faultline/telemetry/trace-context";
import type { Call } from "../call.ts";
import { Cancellation } from "../cancellation.ts";
import { canceled, toServiceError } from "../errors.ts";
import { type Layering, Stack } from "../layering.ts";
import { lowerCased, sendAnswer, textAnswer } from "./answer.ts";
import { parseQuery } from "./query.ts";
import type { HttpAnswer, HttpHandlers, HttpRequest, Route } from "./route.ts";
import type { Target } from "./target.ts";

export interface RoutesOptions {
  readonly handlers: HttpHandlers;
  readonly layers?: Layering | undefined;
  /** The name of the front door's service. */
  readonly service: string;
  readonly log: Logger;
}

/** Answers one request for a path that is known. Rejects if an answer cannot be sent. */
export type Answering = (
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
) => Promise<void>;

/** Puts layers around each route. Every path answers methods that it does not list with 405. */
export function bindRoutes(options: RoutesOptions): Map<string, Answering> {
  return new Map(options.handlers.routes.map((route) => [route.path, bindRoute(options, route)]));
}

function bindRoute(options: RoutesOptions, route: Route): Answering {
  const { handlers, layers = [], service } = options;
  const common = lowerCased(handlers.headers ?? {});
  const allow = route.methods.join(", ");
  const place = { kind: "server", system: "http", service, name: route.path } as const;
  const stack = new Stack(layers, place, (call) => answered(handlers, route, call));
  return async (request, response, target) => {
    const method = request.method ?? "";
    if (!route.methods.includes(method)) {
      const refusal = textAnswer(405, "405 method not allowed", { allow });
      sendAnswer(response, refusal, common);
      return;
    }
    const cancellation = new Cancellation(Number.POSITIVE_INFINITY);
    response.once("close", () => {
      if (!response.writableFinished) cancellation.cancel(canceled("context canceled"));
    });
    const call = startCall(options, route, { request, method, target, cancellation });
    const answer = await stack.run(call).catch((thrown) => failure(handlers, thrown));
    cancellation.finish();
    sendAnswer(response, answer as HttpAnswer, common);
  };
}

/** Runs the handler, and notes the status for the layers before they learn of the end. */
async function answered(handlers: HttpHandlers, route: Route, call: Call): Promise<HttpAnswer> {
  try {
    const answer = await route.handle(call.request as HttpRequest, call);
    if (call.outcome) call.outcome.status = answer.status ?? 200;
    return answer;
  } catch (thrown) {
    const error = toServiceError(thrown);
    if (call.outcome) call.outcome.status = failure(handlers, error).status ?? 500;
    throw error;
  }
}

function failure(handlers: HttpHandlers, thrown: unknown): HttpAnswer {
  try {
    const answer = handlers.renderError(toServiceError(thrown));
    return { ...answer, status: answer.status ?? 500 };
  } catch {
    // A door that cannot even say what went wrong still answers; the layers have logged the error.
    return textAnswer(500, "internal server error");
  }
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly target: Target;
  readonly cancellation: Cancellation;
}

function startCall(options: RoutesOptions, route: Route, arrival: Arrival): Call {
  const { request, method, target, cancellation } = arrival;
  const { headers } = request;
  const { path } = target;
  const httpRequest: HttpRequest = { method, path, query: parseQuery(target.query), headers };
  return {
    kind: "server",
    system: "http",
    name: `${method} ${route.path}`,
    service: options.service,
    attributes: {
      [names.httpMethod]: method,
      [names.httpRoute]: route.path,
      [names.urlPath]: path,
      [names.urlScheme]: "encrypted" in request.socket ? "https" : "http",
    },
    request: httpRequest,
    context: contextFromHeaders({
      traceparent: one(headers.traceparent),
      tracestate: one(headers.tracestate),
      uberTraceId: one(headers["uber-trace-id"]),
    }),
    log: options.log,
    deadlineMs: cancellation.deadlineMs,
    cancellation,
    outcome: { status: 500 },
    get signal() {
      return cancellation.signal;
    },
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
