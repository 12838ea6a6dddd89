import { Client, type ClientReadableStream, credentials } from "@grpc/grpc-js";

const path = "/flagd.sync.v1.FlagSyncService/SyncFlags";
const firstDocumentMs = 2_000;
const retryAfterMs = 1_000;
const documentBytesMax = 4 * 1_024 * 1_024;

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
  const options = { "grpc.max_receive_message_length": documentBytesMax };
  const client = new Client(address, credentials.createInsecure(), options);
  const first = Promise.withResolvers<void>();
  let stream: ClientReadableStream<string> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let lost = false;
  const open = () => {
    stream = client.makeServerStreamRequest(path, encodeNothing, decodeResponse, undefined);
    stream.on("data", (text: string) => {
      lost = false;
      onDocument(text);
      first.resolve();
    });
    // An end without an error comes as an error of some kind, or as `end`; either way it is asked again.
    stream.on("error", (error) => again(error.message));
    stream.on("end", () => again("the stream has ended"));
  };
  const again = (reason: string) => {
    if (!lost) onLost(reason);
    lost = true;
    clearTimeout(retry);
    retry = setTimeout(open, retryAfterMs).unref();
  };
  open();
  const timer = setTimeout(() => first.resolve(), firstDocumentMs);
  await first.promise;
  clearTimeout(timer);
  return () => {
    clearTimeout(retry);
    stream
      ?.removeAllListeners("end")
      .removeAllListeners("error")
      .on("error", () => {});
    stream?.cancel();
    client.close();
  };
}

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
