import { Metadata, type StatusObject, type status } from "@grpc/grpc-js";
import { codeOf, codes, ServiceError } from "../errors.ts";

/** What a server sends for a failure: gRPC's number for the code, and the message. */
export function statusOf(error: ServiceError): StatusObject {
  return { code: codes[error.code] as status, details: error.message, metadata: noMetadata };
}

const noMetadata = new Metadata();

/** The failure that a client throws for a status, with the server's own words. */
export function errorOf(status: { readonly code: number; readonly details: string }): ServiceError {
  const code = codeOf(status.code);
  // The library tells how it spent the time; callers and logs get one text for one thing.
  const message =
    code === "deadlineExceeded" && status.details.startsWith("Deadline exceeded")
      ? "context deadline exceeded"
      : status.details;
  return new ServiceError(code, message);
}
