import { type ServiceError, unknown } from "../errors.ts";
import type { Codec } from "../service.ts";
import type { ThriftMethod } from "./contract.ts";
import { ThriftReader, ThriftWriter } from "./protocol.ts";

/** What the generator writes of a method. */
export type MethodParts<Request, Response> = Omit<
  ThriftMethod<Request, Response>,
  "requestType" | "responseType"
>;

// Encoding is synchronous, so one writer serves every message that travels without a transport of its own.
const writer = new ThriftWriter();

/** Completes a method with the codecs that every transport can use. */
export function thriftMethod<Request, Response>(
  parts: MethodParts<Request, Response>,
): ThriftMethod<Request, Response> {
  return {
    ...parts,
    requestType: codec(parts.writeArguments, (reader) => parts.readArguments(reader).request),
    responseType: codec(parts.writeResult, parts.readResult),
  };
}

/** Makes a codec of what writes a struct and what reads it. */
export function codec<Message>(
  write: (writer: ThriftWriter, message: Message) => void,
  read: (reader: ThriftReader) => Message,
): Codec<Message> {
  return {
    encode(message) {
      writer.reset();
      write(writer, message);
      const bytes = writer.finish();
      return { finish: () => bytes };
    },
    decode: (bytes) => read(new ThriftReader(bytes)),
  };
}

/** What a caller is told when a reply holds neither a result nor a declared exception. */
export function missingResult(method: string): ServiceError {
  return unknown(`${method} failed: unknown result`);
}
