import type { IncomingMessage, ServerResponse } from "node:http";
import { attributes as names } from "@faultline/telemetry/attributes";
import type { Logger } from "@faultline/telemetry/logger";
import { contextFromHeaders } from "@faultline/telemetry/trace-context";
import { type Call, callWith } from "../call.ts";
import { Cancellation, pastDeadline } from "../cancellation.ts";
import { Deadlines } from "../deadlines.ts";
import { canceled, toServiceError } from "../errors.ts";
import { type Layering, Stack } from "../layering.ts";
import { lowerCased, sendAnswer, textAnswer } from "./answer.ts";
import { ArrivedRequest } from "./arrived-request.ts";
import { BodyTooLarge, discardBody } from "./body.ts";
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

/** A route with its layers. */
export interface BoundRoute {
  readonly answer: Answering;
  /** Whether bodies are the route's to read. */
  readonly takesBody: boolean;
}

/** The routes of a door, by the paths that they answer. */
export interface BoundRoutes {
  /** The route at exactly this path. */
  at(path: string): BoundRoute | undefined;
  /** The route with the longest path that this one begins with. */
  below(path: string): BoundRoute | undefined;
}

/** Puts layers around each route. Every path answers methods that its route does not list with 405. */
export function bindRoutes(options: RoutesOptions): BoundRoutes {
  const exact = new Map<string, BoundRoute>();
  const prefixes: [string, BoundRoute][] = [];
  for (const route of options.handlers.routes) {
    const bound = {
      answer: bindRoute(options, route),
      takesBody: route.bodyBytesMax !== undefined,
    };
    if (route.prefix) prefixes.push([route.path, bound]);
    exact.set(route.path, bound);
  }
  prefixes.sort(([one], [other]) => other.length - one.length);
  return {
    at: (path) => exact.get(path),
    below: (path) => prefixes.find(([prefix]) => path.startsWith(prefix))?.[1],
  };
}

function bindRoute(options: RoutesOptions, route: Route): Answering {
  const { handlers, layers = [], service } = options;
  const common = lowerCased(handlers.headers ?? {});
  const { methods } = route;
  const place = { kind: "server", system: "http", service, name: route.path } as const;
  const stack = new Stack(layers, place, (call) => answered(handlers, route, call));
  return async (request, response, target) => {
    const method = request.method ?? "";
    if (methods !== "any" && !methods.includes(method)) {
      const allow = methods.join(", ");
      sendAnswer(response, textAnswer(405, "405 method not allowed", { allow }), common);
      return;
    }
    const { deadlineMs: ownMs = Number.POSITIVE_INFINITY } = route;
    const cancellation = new Cancellation(Date.now() + ownMs);
    response.once("close", () => {
      if (!response.writableFinished) cancellation.cancel(canceled("context canceled"));
    });
    const call = startCall(options, route, { response, method, target, cancellation });
    const answer = await stack.run(call).catch((thrown) => failure(handlers, route, thrown));
    cancellation.finish();
    if (route.bodyBytesMax !== undefined && !request.readableEnded) discardBody(request);
    sendAnswer(response, answer as HttpAnswer, common);
  };
}

/** Runs the handler, and notes the status for the layers before they learn of the end. */
async function answered(handlers: HttpHandlers, route: Route, call: Call): Promise<HttpAnswer> {
  try {
    const work = route.handle(call.request as HttpRequest, call);
    const answer = await (route.deadlineMs ? inTime(work, call) : work);
    if (call.outcome) call.outcome.status = answer.status ?? 200;
    return answer;
  } catch (thrown) {
    const error = toServiceError(thrown);
    if (call.outcome) call.outcome.status = failure(handlers, route, error).status ?? 500;
    throw error;
  }
}

const tooLarge = textAnswer(413, "413 content too large");

// All requests of the process whose routes have a time of their own.
const deadlines = new Deadlines();

/** Work that is given up at the call's deadline, whether or not it listens. */
function inTime<T>(work: Promise<T>, call: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const onDeadline = () => {
      call.cancellation?.cancel(pastDeadline());
      reject(pastDeadline());
    };
    const timed = { deadlineMs: call.deadlineMs, onDeadline };
    deadlines.watch(timed);
    work.then(resolve, reject).finally(() => deadlines.unwatch(timed));
  });
}

function failure(handlers: HttpHandlers, route: Route, thrown: unknown): HttpAnswer {
  if (thrown instanceof BodyTooLarge) return tooLarge;
  try {
    const error = toServiceError(thrown);
    const answer = route.renderError?.(error) ?? handlers.renderError(error);
    return { ...answer, status: answer.status ?? 500 };
  } catch {
    // A door that cannot even say what went wrong still answers; the layers have logged the error.
    return textAnswer(500, "internal server error");
  }
}

interface Arrival {
  readonly response: ServerResponse;
  readonly method: string;
  readonly target: Target;
  readonly cancellation: Cancellation;
}

function startCall(options: RoutesOptions, route: Route, arrival: Arrival): Call {
  const { response, method, target, cancellation } = arrival;
  const { headers } = response.req;
  const arrived = new ArrivedRequest(response, target, route.bodyBytesMax);
  return callWith(
    {
      kind: "server",
      system: "http",
      name: `${method} ${route.path}`,
      service: options.service,
      attributes: {
        [names.httpMethod]: method,
        [names.httpRoute]: route.path,
        [names.urlPath]: target.path,
        [names.urlScheme]: arrived.scheme,
      },
      request: arrived,
      context: contextFromHeaders({
        traceparent: one(headers.traceparent),
        tracestate: one(headers.tracestate),
        uberTraceId: one(headers["uber-trace-id"]),
      }),
      log: options.log,
      deadlineMs: cancellation.deadlineMs,
      cancellation,
      outcome: { status: 500 },
    },
    cancellation,
  );
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
