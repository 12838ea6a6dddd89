import type { IncomingMessage } from "node:http";
import { canceled, ServiceError } from "../errors.ts";
import { discardedBytesMax } from "./limits.ts";

/** A body was larger than its route takes. The door answers it with 413. */
export class BodyTooLarge extends ServiceError {
  constructor() {
    super("resourceExhausted", "the body is too large");
  }
}

/** How many bytes a request says that its body has; 0 if it does not say. */
export function announcedBytes(request: IncomingMessage): number {
  return Number(request.headers["content-length"] ?? 0);
}

/** Whether a request has a body at all. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers["transfer-encoding"] !== undefined || announcedBytes(request) > 0;
}

/**
 * Reads a body to its end. Rejects with `BodyTooLarge` as soon as it is too large, with `canceled` if the client
 * leaves; what is still to come is read past.
 */
export function readWhole(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (announcedBytes(request) > bytesMax) return Promise.reject(new BodyTooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      request.off("data", onData);
      reject(new BodyTooLarge());
    };
    request.on("data", onData);
    request.once("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    );
    request.once("error", (cause) => reject(canceled("context canceled", { cause })));
  });
}

/** A body as it comes, no faster than it is taken. Throws like `readWhole`. */
export async function* readPieces(
  request: IncomingMessage,
  bytesMax: number,
): AsyncGenerator<Buffer, void, undefined> {
  if (announcedBytes(request) > bytesMax) throw new BodyTooLarge();
  let bytes = 0;
  try {
    // Whoever takes no more of it still wants to answer, so the connection stays.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw new BodyTooLarge();
      yield chunk;
    }
  } catch (cause) {
    throw cause instanceof BodyTooLarge ? cause : canceled("context canceled", { cause });
  }
}

/**
 * Reads past what nobody wants, so that a client that is still sending gets to see its answer. One that goes on for
 * longer than anybody honest does loses its connection.
 */
export function discardBody(request: IncomingMessage, bytesMax = discardedBytesMax): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) request.destroy();
  });
  request.resume();
}
