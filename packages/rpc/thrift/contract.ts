import type { ServiceError } from "../errors.ts";
import type { Contract, Method } from "../service.ts";
import type { ThriftReader, ThriftWriter } from "./protocol.ts";

/** What travels beside the arguments of a call, such as its place in the trace. Handlers do not see it. */
export type Carrier = ReadonlyMap<string, string>;

/** The arguments of a call as they came in. */
export interface Arguments<Request> {
  readonly request: Request;
  /** Absent when the caller sent none or an empty one. */
  readonly carrier: Carrier | undefined;
}

/**
 * One method of a Thrift service. All functions write or read exactly one struct, the one between the header
 * of a message and its end; the inherited codecs do the same alone, without a carrier and without exceptions.
 */
export interface ThriftMethod<Request, Response> extends Method<Request, Response> {
  /** Throws `invalidArgument` for numbers that do not fit. */
  writeArguments(writer: ThriftWriter, request: Request, carrier?: Carrier): void;
  /** Throws `invalidArgument` for what is not Thrift. */
  readArguments(reader: ThriftReader): Arguments<Request>;
  writeResult(writer: ThriftWriter, response: Response): void;
  /** Writes the result that tells of a declared exception; the error must have its `exceptionCode`. */
  writeException(writer: ThriftWriter, error: ServiceError): void;
  /** Throws a declared exception as a `ServiceError` with `exceptionCode`, and `unknown` when there is no result. */
  readResult(reader: ThriftReader): Response;
}

/** What a service promises over Thrift. Generated from the contract, never written by hand. */
export interface ThriftContract extends Contract {
  readonly protocol: "thrift";
  // biome-ignore lint/suspicious/noExplicitAny: a table of methods whose messages all differ.
  readonly methods: Readonly<Record<string, ThriftMethod<any, any>>>;
}
