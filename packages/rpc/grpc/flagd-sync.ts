import { parseAddress } from "../addresses.ts";
import { type HeaderList, stable } from "../http2/headers.ts";
import { errorCodes } from "../http2/protocol.ts";
import { FrameReader, frame } from "./frames.ts";
import { keepAlive } from "./keepalive.ts";
import { openSession } from "./open-session.ts";
import { failureIn, resetFailure } from "./status.ts";

const path = "/flagd.sync.v1.FlagSyncService/SyncFlags";
const firstDocumentMs = 2_000;
const retryAfterMs = 1_000;

/**
 * Follows the flag document of a flagd server by its sync stream, for as long as the process lives; a server that
 * went away is asked again every second, and what it said last stays true. Resolves with the first document, or
 * without it after two seconds. Returns what ends the following.
 */
export async function followFlagd(
  address: string,
  onDocument: (text: string) => void,
  onLost: (reason: string) => void,
): Promise<() => void> {
  const first = Promise.withResolvers<void>();
  let retry: NodeJS.Timeout | undefined;
  let lost = false;
  let stop = () => {};
  const open = () => {
    stop = openStream(address, {
      onDocument(text) {
        lost = false;
        onDocument(text);
        first.resolve();
      },
      onEnd(reason) {
        if (!lost) onLost(reason);
        lost = true;
        retry = setTimeout(open, retryAfterMs).unref();
      },
    });
  };
  open();
  const timer = setTimeout(() => first.resolve(), firstDocumentMs);
  await first.promise;
  clearTimeout(timer);
  return () => {
    clearTimeout(retry);
    stop();
  };
}

interface StreamEvents {
  onDocument(text: string): void;
  /** Once, unless the stream was stopped. */
  onEnd(reason: string): void;
}

/** One connection with one stream on it. Returns what stops it. */
function openStream(address: string, { onDocument, onEnd }: StreamEvents): () => void {
  const place = parseAddress(address);
  let reason = "the stream has ended";
  let isStopped = false;
  const reader = new FrameReader((message) => onDocument(decodeResponse(message)));
  const session = openSession(place, undefined, {
    close(error) {
      stopAsking();
      if (!isStopped) onEnd(error?.message ?? reason);
    },
  });
  const stopAsking = keepAlive(session);
  const stream = session.request([...head, stable(":authority", place.authority), ...rest], {
    onHeaders(headers: HeaderList) {
      const failure = headers.get("grpc-status") === undefined ? undefined : failureIn(headers);
      if (failure) reason = failure.message;
    },
    onData(chunk) {
      try {
        reader.push(chunk);
      } catch (thrown) {
        session.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    },
    onClose(errorCode) {
      if (errorCode !== errorCodes.none && !session.isClosed)
        reason = resetFailure(errorCode).message;
      session.destroy();
    },
  });
  stream.sendData(frame(encodeNothing()), true);
  return () => {
    isStopped = true;
    session.destroy();
  };
}

const head = [stable(":method", "POST"), stable(":scheme", "http"), stable(":path", path)];
const rest = [stable("te", "trailers"), stable("content-type", "application/grpc")];

/** A `SyncFlagsRequest` that asks for everything has no fields. */
function encodeNothing(): Buffer {
  return Buffer.alloc(0);
}

/** Reads field 1, a string, of a `SyncFlagsResponse`; its other fields are passed over. */
function decodeResponse(bytes: Buffer): string {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error("a number of the sync response is too long");
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) !== 2) throw new Error("a field of the sync response has an unknown type");
    const length = varint();
    const field = bytes.subarray(at, at + length);
    at += length;
    if (tag >> 3 === 1) return field.toString("utf8");
  }
  return "";
}
