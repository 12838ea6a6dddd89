import { exhausted, internal } from "../errors.ts";
import { type PartialBytes, FrameReader as PrefixedReader } from "../frame-reader.ts";
import { frameBytesMax } from "./limits.ts";
import { ThriftWriter } from "./protocol.ts";

/** Before each message: its length. */
const prefixBytes = 4;

// Encoding is synchronous, so one writer and its memory serve every message of the process, one after the other.
const writer = new ThriftWriter();

/** The header of a message. */
export interface Heading {
  readonly name: string;
  readonly kind: number;
  readonly sequence: number;
}

/** A message in its frame, as it travels. Throws what `body` throws, and if it is larger than anybody takes. */
export function encodeFrame(heading: Heading, body: (writer: ThriftWriter) => void): Buffer {
  try {
    const begin = writer.beginFrame();
    writer.message(heading.name, heading.kind, heading.sequence);
    body(writer);
    writer.endFrame(begin);
  } catch (thrown) {
    writer.reset();
    throw thrown;
  }
  const bytes = writer.finish();
  const length = bytes.byteLength - prefixBytes;
  if (length <= frameBytesMax) return bytes;
  throw exhausted(`the message has ${length} bytes; at most ${frameBytesMax} are sent`);
}

/** Cuts received bytes into the messages of `TFramedTransport`. */
export class FrameReader extends PrefixedReader {
  constructor(onMessage: (message: Buffer) => void, partial?: PartialBytes) {
    super({ prefixBytes, lengthAt }, onMessage, partial);
  }
}

/** What is no Thrift at all, such as HTTP or TLS, reads as a length beyond any. */
function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  if (length > frameBytesMax)
    throw exhausted(`the message has ${length} bytes; at most ${frameBytesMax} are taken`);
  if (length === 0) throw internal("the frame is empty");
  return length;
}
