import { attributes as names } from "@faultline/telemetry/attributes";
import type { Attributes } from "@opentelemetry/api";
import { type Call, type CallScope, callWith } from "./call.ts";
import { pastDeadline } from "./cancellation.ts";
import { canceled, toServiceError } from "./errors.ts";
import { type Layering, Stack } from "./layering.ts";
import {
  type Client,
  type Contract,
  type Method,
  methodPath,
  type NamedMethod,
  spanName,
  systemOf,
} from "./service.ts";

/** Carries one unary call: encoded on the way, within the call's deadline, and called off with it. */
export type Send = (
  path: string,
  // biome-ignore lint/suspicious/noExplicitAny: the messages of all methods differ; the contract pairs them.
  method: Method<any, any>,
  call: Call,
) => Promise<unknown>;

export interface ClientOptions<C extends Contract> {
  readonly contract: C;
  /** Around every call, the first one outermost. */
  readonly layers?: Layering;
  /** The name of the service that calls. */
  readonly service: string;
  /** The name of the service that is called. */
  readonly peer: string;
  /** Said of every span of the client, such as the server's address. */
  readonly attributes?: Attributes;
}

/** A way to a service that can be closed. */
export interface Connection<C extends Contract> {
  readonly client: Client<C>;
  /** Answers once the service can be called; throws a `ServiceError` when the scope ends first. */
  ready(scope: CallScope): Promise<void>;
  close(): void;
}

/** Makes the client of a contract over a transport. Every client is made here, whatever carries its calls. */
export function bindClient<C extends Contract>(options: ClientOptions<C>, send: Send): Client<C> {
  const methods = Object.entries(options.contract.methods).map(([key, method]) => {
    const path = methodPath(options.contract, method);
    const { layers = [], service, peer } = options;
    const name = spanName(options.contract, method, "client");
    const system = systemOf(options.contract);
    const place = { kind: "client", system, service, peer, name, method: key } as const;
    const stack = new Stack(layers, place, (call) => send(path, method, call));
    const start = callFactory(options, method);
    const invoke = async (request: unknown, scope: CallScope) => {
      refuseIfOver(scope);
      try {
        return await stack.run(start(request, scope));
      } catch (thrown) {
        throw toServiceError(thrown);
      }
    };
    return [key, invoke];
  });
  return Object.fromEntries(methods) as Client<C>;
}

function refuseIfOver(scope: CallScope): void {
  const { cancellation } = scope;
  if (cancellation?.reason) throw cancellation.reason;
  if (!cancellation && scope.signal.aborted) throw toServiceError(scope.signal.reason);
  if (scope.deadlineMs <= Date.now()) throw pastDeadline();
}

function callFactory<C extends Contract>(
  options: ClientOptions<C>,
  method: NamedMethod,
): (request: unknown, scope: CallScope) => Call {
  const { service, peer } = options;
  const name = spanName(options.contract, method, "client");
  const system = systemOf(options.contract);
  const attributes = {
    [names.rpcSystem]: system,
    [names.rpcMethod]: methodPath(options.contract, method).slice(1),
    [names.peerService]: peer,
    ...options.attributes,
  };
  return (request, scope) =>
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
    );
}

/** Calls back when the scope's work is called off. Returns what ends the watching. */
export function watchCancellation(scope: CallScope, onCancel: (reason: Error) => void): () => void {
  if (scope.cancellation) return scope.cancellation.watch(onCancel);
  const { signal } = scope;
  const listener = () => onCancel(toServiceError(signal.reason ?? canceled("context canceled")));
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
