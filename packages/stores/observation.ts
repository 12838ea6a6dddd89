import type { Call, CallScope, Middleware } from "@faultline/rpc/call";
import { compose } from "@faultline/rpc/compose";

export type Attributes = Call["attributes"];

/** Who asks a store, whom, and what is laid around each question. */
export interface Observation {
  /** The name of our own service. */
  readonly service: string;
  /** The name of the store: `mongodb-rate`, `memcached-rate`. */
  readonly peer: string;
  /** Around every operation, the first one outermost. */
  readonly layers?: readonly Middleware[];
}

/** The name of a span and its attributes: made once, the same for every call of one operation. */
export interface Label {
  readonly name: string;
  readonly attributes: Attributes;
}

/** Does the work as a `Call` that passes through the layers; `request` is what the layers may look at. */
export type Ask = <Result>(
  label: Label,
  scope: CallScope,
  request: unknown,
  work: (scope: CallScope) => Promise<Result>,
) => Promise<Result>;

export function createAsk(system: Call["system"], observation: Observation): Ask {
  const { service, peer, layers = [] } = observation;
  return <Result>(
    { name, attributes }: Label,
    { signal, deadlineMs, context, log }: CallScope,
    request: unknown,
    work: (scope: CallScope) => Promise<Result>,
  ) => {
    const scope = { signal, deadlineMs, context, log };
    const call: Call = {
      kind: "client",
      system,
      name,
      service,
      peer,
      attributes,
      request,
      ...scope,
    };
    return compose(layers, work)(call) as Promise<Result>;
  };
}
