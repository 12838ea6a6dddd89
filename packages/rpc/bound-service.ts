import { attributes as names } from "@faultline/telemetry/attributes";
import type { Logger } from "@faultline/telemetry/logger";
import type { Attributes, Context } from "@opentelemetry/api";
import { type Call, callWith } from "./call.ts";
import type { Cancellation } from "./cancellation.ts";
import { toServiceError } from "./errors.ts";
import { type Layering, Stack } from "./layering.ts";
import {
  type Contract,
  type Handlers,
  type Method,
  methodPath,
  type NamedMethod,
  spanName,
  systemOf,
} from "./service.ts";

/** What a transport knows of a request that has come in. */
export interface Incoming {
  readonly request: unknown;
  readonly context: Context;
  readonly cancellation: Cancellation;
}

/** A method that a transport can serve: it never rejects with anything but a `ServiceError`. */
export interface BoundMethod {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: the messages of all methods differ; the contract pairs them.
  readonly method: Method<any, any>;
  serve(incoming: Incoming): Promise<unknown>;
}

export interface BindOptions<C extends Contract> {
  readonly contract: C;
  readonly handlers: Handlers<C>;
  /** Around every call, the first one outermost. */
  readonly layers?: Layering;
  /** The name of the service that answers. */
  readonly service: string;
  readonly log: Logger;
  /** Said of every span of the server, such as its address. */
  readonly attributes?: Attributes;
}

/** Puts layers around the handlers of a contract. Everything that serves a contract starts here. */
export function bindService<C extends Contract>(options: BindOptions<C>): BoundMethod[] {
  return Object.entries(options.contract.methods).map(([key, method]) => {
    const handler = options.handlers[key as keyof Handlers<C>];
    if (!handler) throw new Error(`${options.contract.fullName} lacks a handler for ${key}`);
    // Async, so that a handler that throws at once still only rejects.
    const work = async (call: Call) => handler(call.request as never, call);
    const path = methodPath(options.contract, method);
    const { layers = [], service } = options;
    const system = systemOf(options.contract);
    const name = spanName(options.contract, method, "server");
    const place = { kind: "server", system, service, name, method: key } as const;
    const stack = new Stack(layers, place, work);
    const start = callFactory(options, method);
    return {
      path,
      method,
      async serve(incoming) {
        try {
          return await stack.run(start(incoming));
        } catch (thrown) {
          throw toServiceError(thrown);
        } finally {
          incoming.cancellation.finish();
        }
      },
    };
  });
}

function callFactory<C extends Contract>(
  options: BindOptions<C>,
  method: NamedMethod,
): (incoming: Incoming) => Call {
  const { service, log } = options;
  const name = spanName(options.contract, method, "server");
  const system = systemOf(options.contract);
  const attributes = {
    [names.rpcSystem]: system,
    [names.rpcMethod]: methodPath(options.contract, method).slice(1),
    ...options.attributes,
  };
  return ({ request, context, cancellation }) =>
    callWith(
      {
        kind: "server",
        system,
        name,
        service,
        attributes,
        request,
        context,
        log,
        deadlineMs: cancellation.deadlineMs,
        cancellation,
      },
      cancellation,
    );
}
