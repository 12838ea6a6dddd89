import { type Code, codeOf, codes, ServiceError, unavailable } from "../errors.ts";
import { encodeFrame } from "./frames.ts";
import { fieldKey, messageKinds, type ThriftReader, types } from "./protocol.ts";

/** The kinds of `TApplicationException`, by Apache's numbers. */
export const applicationTypes = {
  unknown: 0,
  unknownMethod: 1,
  invalidMessageType: 2,
  wrongMethodName: 3,
  badSequenceId: 4,
  missingResult: 5,
  internalError: 6,
  protocolError: 7,
} as const;

const fields = { message: 1, type: 2, code: 3 } as const;

/** A failure outside of the contract, and whose call it answers. */
export interface ApplicationException {
  readonly name: string;
  readonly sequence: number;
  readonly type: number;
  readonly error: ServiceError;
}

/**
 * A failure as `TApplicationException`, in its frame. A third field, which others pass over, says our code, so that a
 * caller of ours knows as much as over gRPC.
 */
export function encodeApplicationException(exception: ApplicationException): Buffer {
  const { name, sequence, type, error } = exception;
  return encodeFrame({ name, sequence, kind: messageKinds.exception }, (writer) => {
    writer.stringField(fields.message, error.message);
    writer.i32Field(fields.type, type);
    if (error.code !== codeOfType(type)) writer.i32Field(fields.code, codes[error.code]);
    writer.stop();
  });
}

/** The failure that a `TApplicationException` tells of. Throws if it is none. */
export function readApplicationException(reader: ThriftReader): ServiceError {
  let message = "";
  let type = 0;
  let code: number | undefined;
  for (let key = reader.field(); key !== 0; key = reader.field()) {
    if (key === fieldKey(types.string, fields.message)) message = reader.string();
    else if (key === fieldKey(types.i32, fields.type)) type = reader.i32();
    else if (key === fieldKey(types.i32, fields.code)) code = reader.i32();
    else reader.skip(key);
  }
  return new ServiceError(
    code === undefined ? codeOfType(type) : codeOf(code),
    message || `the server failed with TApplicationException ${type}`,
  );
}

function codeOfType(type: number): Code {
  if (type === applicationTypes.unknown) return "unknown";
  return type === applicationTypes.unknownMethod ? "unimplemented" : "internal";
}

// The texts of Apache's C++ sockets, which users of the originals know and look for.
const socketTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect() failed: Connection refused",
  EHOSTUNREACH: "connect() failed: No route to host",
  ENETUNREACH: "connect() failed: Network is unreachable",
  ENOTFOUND: "Could not resolve host for client socket.",
  EAI_AGAIN: "Could not resolve host for client socket.",
};

/** Says of an error of a socket what Apache's C++ client would; others stay as they are. */
export function socketError(error: Error): Error {
  const text = "code" in error ? socketTexts[String(error.code)] : undefined;
  return text === undefined ? error : new Error(text, { cause: error });
}

/** The failure for a call whose connection went away. */
export function lostFailure(peer: string, cause: Error | undefined): ServiceError {
  const why = cause?.message ?? "No more data to read.";
  return unavailable(`the connection to ${peer} was lost: ${why}`, cause ? { cause } : {});
}
