import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { Codec } from "./service.ts";

/** A writer that a large message has made larger is not kept. */
const keptBytesMax = 65_536;

// Encoding is synchronous, so one writer and its memory serve every message of the process, one after the other.
let writer = new BinaryWriter();

/** The bytes of a message, behind as many zeros as are asked for. Throws what the codec throws. */
export function encode<Message>(
  codec: Codec<Message>,
  message: Message,
  room: Uint8Array = nothing,
): Uint8Array {
  const used = writer.raw(room);
  try {
    const encoded = codec.encode(message, used);
    const bytes = encoded.finish();
    if (bytes.byteLength > keptBytesMax) writer = new BinaryWriter();
    return encoded === used ? bytes : Buffer.concat([used.finish(), bytes]);
  } catch (error) {
    writer = new BinaryWriter();
    throw error;
  }
}

const nothing = new Uint8Array(0);
