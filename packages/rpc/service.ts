import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { Call, CallScope } from "./call.ts";

/** Turns messages of one type into bytes and back. */
export interface Codec<Message> {
  /** Writes with the given writer, and gives it back; or with one of its own. */
  encode(message: Message, writer?: BinaryWriter): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** One remote procedure: its name on the wire and the codecs of what goes in and comes out. */
export interface Method<Request, Response> {
  readonly name: string;
  readonly requestType: Codec<Request>;
  readonly responseType: Codec<Response>;
  /** What its spans are called, where the contract says so; else they bear the method's path. */
  readonly spanNames?: { readonly server?: string; readonly client?: string };
}

/** What a service promises on the wire. Generated from the contract, never written by hand. */
export interface Contract {
  readonly name: string;
  readonly fullName: string;
  /** What carries its calls between processes: gRPC, if it does not say. */
  readonly protocol?: "grpc" | "thrift";
  // biome-ignore lint/suspicious/noExplicitAny: a table of methods whose messages all differ.
  readonly methods: Readonly<Record<string, Method<any, any>>>;
}

type Request<M> = M extends Method<infer R, infer _> ? R : never;
type Response<M> = M extends Method<infer _, infer R> ? R : never;

/** What implements a contract: one function per method. It throws a `ServiceError` to fail. */
export type Handlers<C extends Contract> = {
  readonly [M in keyof C["methods"]]: (
    request: Request<C["methods"][M]>,
    call: Call,
  ) => Promise<Response<C["methods"][M]>>;
};

/**
 * What calls a contract. The second argument is the call (or the piece of work) on whose behalf it happens:
 * its deadline, its cancellation and its place in the trace go along. It throws a `ServiceError`.
 */
export type Client<C extends Contract> = {
  readonly [M in keyof C["methods"]]: (
    request: Request<C["methods"][M]>,
    scope: CallScope,
  ) => Promise<Response<C["methods"][M]>>;
};

/** `/geo.Geo/Nearby`: the full name of a method, as gRPC writes it. */
export function methodPath(contract: Contract, method: { readonly name: string }): string {
  return `/${contract.fullName}/${method.name}`;
}

/** What is known of a method whatever its messages. */
export type NamedMethod = Pick<Method<unknown, unknown>, "name" | "spanNames">;

/** What a call of a method is called in traces: as the contract says, or `geo.Geo/Nearby`. */
export function spanName(
  contract: Contract,
  method: NamedMethod,
  end: "server" | "client",
): string {
  return method.spanNames?.[end] ?? methodPath(contract, method).slice(1);
}

/** What carries the calls of a contract. */
export function systemOf({ protocol = "grpc" }: Contract): "grpc" | "thrift" {
  return protocol;
}
