import { type Call, type CallScope, callWith } from "@faultline/rpc/call";
import { type Layering, Stack } from "@faultline/rpc/layering";
import { attributes as names } from "@faultline/telemetry/attributes";

export type Attributes = Call["attributes"];

/** Who asks a store, whom, and what is laid around each question. */
export interface Observation {
  /** The name of our own service. */
  readonly service: string;
  /** The name of the store: `mongodb-rate`, `memcached-rate`. */
  readonly peer: string;
  /** Around every operation, the first one outermost. */
  readonly layers?: Layering;
}

/** What an operation does with its request, which the layers may have altered on the way. */
export type Work<Request, Result> = (request: Request, scope: CallScope) => Promise<Result>;

/**
 * Makes an operation of a store one that passes through the layers as a `Call`. All that is the same for every
 * call of it is made here, once. `target` is what the operation works on, for the name of the span.
 */
export type Observe = <Request, Result>(
  operation: string,
  target: string,
  attributes: Attributes,
  work: Work<Request, Result>,
) => Work<Request, Result>;

export function createObserve(
  system: "mongodb" | "memcached" | "redis",
  { service, peer, layers = [] }: Observation,
): Observe {
  return <Request, Result>(
    operation: string,
    target: string,
    common: Attributes,
    work: Work<Request, Result>,
  ) => {
    const name = target ? `${operation} ${target}` : operation;
    const place = { kind: "client", system, service, peer, name } as const;
    const stack = new Stack(layers, place, (call) => work(call.request as Request, call));
    const attributes = {
      [names.dbSystem]: system,
      [names.dbOperation]: operation,
      [names.peerService]: peer,
      ...common,
    };
    return (request, scope) =>
      stack.run(
        callWith(
          {
            kind: "client",
            system,
            name,
            service,
            peer,
            attributes,
            request,
            context: scope.context,
            log: scope.log,
            deadlineMs: scope.deadlineMs,
            cancellation: scope.cancellation,
          },
          scope,
        ),
      ) as Promise<Result>;
  };
}
