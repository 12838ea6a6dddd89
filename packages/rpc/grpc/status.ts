import { type Code, codeOf, codes, internal, ServiceError, unavailable } from "../errors.ts";
import { type Field, type HeaderList, stable, varying } from "../http2/headers.ts";
import { decodeMessage, encodeMessage } from "./status-message.ts";

/** The trailers that tell of success. */
export const okTrailers: readonly Field[] = [stable("grpc-status", "0")];

/** The trailers that tell of a failure: gRPC's number for the code, and the message. */
export function trailersOf(error: ServiceError): readonly Field[] {
  return [
    varying("grpc-status", `${codes[error.code]}`),
    varying("grpc-message", encodeMessage(error.message)),
  ];
}

/** The failure that trailers tell of, with the server's own words; undefined for success. */
export function failureIn(trailers: HeaderList): ServiceError | undefined {
  const status = trailers.get("grpc-status");
  if (status === "0") return undefined;
  if (status === undefined) return internal("the server answered without a status");
  const message = trailers.get("grpc-message") ?? "";
  return errorOf({ code: Number(status), details: decodeMessage(message) });
}

/** The failure for a status. */
function errorOf(status: { readonly code: number; readonly details: string }): ServiceError {
  const code = codeOf(status.code);
  // Servers of other makes tell how the time was spent; callers and logs get one text for one thing.
  const message =
    code === "deadlineExceeded" && status.details.toLowerCase().startsWith("deadline exceeded")
      ? "context deadline exceeded"
      : status.details;
  return new ServiceError(code, message);
}

const ofHttpStatus: Readonly<Record<number, Code>> = {
  400: "internal",
  401: "unauthenticated",
  403: "permissionDenied",
  404: "unimplemented",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

/** The failure for an answer that is not gRPC's, such as a proxy gives. */
export function httpFailure(status: number): ServiceError {
  return new ServiceError(ofHttpStatus[status] ?? "unknown", `the server answered HTTP ${status}`);
}

const ofReset: Readonly<Record<number, Code>> = {
  7: "unavailable",
  8: "canceled",
  11: "resourceExhausted",
  12: "permissionDenied",
};

/** The failure for a stream that its server reset, by HTTP/2's error code. */
export function resetFailure(errorCode: number): ServiceError {
  const code = ofReset[errorCode] ?? "internal";
  return new ServiceError(code, `the server reset the stream with HTTP/2 error ${errorCode}`);
}

/** The failure for a call whose connection went away. */
export function lostFailure(peer: string, cause: Error | undefined): ServiceError {
  const why = cause ? `: ${cause.message}` : "";
  return unavailable(`the connection to ${peer} was lost${why}`);
}
