import { encode } from "../encoding.ts";
import { exhausted, internal, unimplemented } from "../errors.ts";
import { type PartialBytes, FrameReader as PrefixedReader } from "../frame-reader.ts";
import type { Codec } from "../service.ts";
import { messageBytesMax } from "./limits.ts";

/** Before each message: one byte that says whether it is compressed, four for its length. */
const prefixBytes = 5;

const prefixRoom = new Uint8Array(prefixBytes);

/** A message as it travels. Throws if it is larger than the other side would take. */
export function frame(message: Uint8Array): Buffer {
  return prefixed(Buffer.concat([prefixRoom, message]));
}

/** The same for a message that is not encoded yet, without a copy. Throws what the codec throws, too. */
export function encodeFrame<Message>(codec: Codec<Message>, message: Message): Buffer {
  const bytes = encode(codec, message, prefixRoom);
  return prefixed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function prefixed(bytes: Buffer): Buffer {
  const length = bytes.byteLength - prefixBytes;
  if (length > messageBytesMax)
    throw exhausted(`the message has ${length} bytes; at most ${messageBytesMax} are sent`);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/** Cuts received bytes into gRPC's messages. */
export class FrameReader extends PrefixedReader {
  constructor(onMessage: (message: Buffer) => void, partial?: PartialBytes) {
    super({ prefixBytes, lengthAt }, onMessage, partial);
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const flag = bytes[at];
  if (flag === 1) throw unimplemented("compressed messages are not taken");
  if (flag !== 0) throw internal("the message is not framed as gRPC has it");
  const length = bytes.readUInt32BE(at + 1);
  if (length > messageBytesMax)
    throw exhausted(`the message has ${length} bytes; at most ${messageBytesMax} are taken`);
  return length;
}
