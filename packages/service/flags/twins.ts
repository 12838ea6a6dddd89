import type { Call, Middleware } from "@faultline/rpc/call";
import { toServiceError } from "@faultline/rpc/errors";
import type { HttpAnswer, HttpHandlers, HttpRequest } from "@faultline/rpc/http/route";
import type { Place } from "@faultline/rpc/layering";
import type { Mongo } from "@faultline/stores/mongo";

/** Another handler for the service, and what was opened for it. */
export interface Made {
  readonly implementation: unknown;
  /** The databases that were opened for it. */
  readonly databases: readonly Mongo[];
  close(): Promise<void>;
}

/** The other handlers that a service has, by name. */
export interface TwinMakers {
  has(name: string): boolean;
  make(name: string): Promise<Made>;
}

/** Does the work of that place by the other handler. One that could not be made fails as it failed then. */
export function twinLayer(made: Promise<Made>, place: Place): Middleware {
  return async (call) => {
    const { implementation } = await made;
    return isHttp(implementation)
      ? answerHttp(implementation, place, call)
      : answerRpc(implementation, place, call);
  };
}

function answerRpc(implementation: unknown, { method = "" }: Place, call: Call): Promise<unknown> {
  // The assembly's types say that it implements the contract; its methods are found by their keys.
  const handlers = implementation as Record<
    string,
    (request: unknown, call: Call) => Promise<unknown>
  >;
  const handler = handlers[method];
  if (!handler) throw new Error(`nothing handles ${method}`);
  return handler(call.request, call);
}

async function answerHttp(handlers: HttpHandlers, place: Place, call: Call): Promise<HttpAnswer> {
  const route = handlers.routes.find(({ path }) => path === place.name);
  if (!route) throw new Error(`nothing handles ${place.name}`);
  const note = ({ status }: HttpAnswer, otherwise: number) => {
    if (call.outcome) call.outcome.status = status ?? otherwise;
  };
  try {
    const answer = await route.handle(call.request as HttpRequest, call);
    note(answer, 200);
    return answer;
  } catch (thrown) {
    const error = toServiceError(thrown);
    note(route.renderError?.(error) ?? handlers.renderError(error), 500);
    throw thrown;
  }
}

function isHttp(implementation: unknown): implementation is HttpHandlers {
  return (
    typeof implementation === "object" && implementation !== null && "routes" in implementation
  );
}
