import { deflateSync, inflateSync } from "node:zlib";
import { readInt32 } from "../bson/bytes.ts";
import { limits } from "../limits.ts";
import { opCodes, WireError } from "./message.ts";

/** The one compressor offered. Numbers are the wire's: 0 is none, 2 is zlib. */
export const compressorNames: readonly string[] = ["zlib"];
const zlibId = 2;
const headerSize = 16;
const compressedHeaderSize = 25;

/** The message inside an OP_COMPRESSED frame, with a header of its own. */
export function decompress(frame: Uint8Array) {
  if (frame.length < compressedHeaderSize) throw new WireError("compressed message too short");
  const innerCode = readInt32(frame, 16);
  const size = readInt32(frame, 20);
  const compressor = frame[24] ?? 0;
  if (size < 0 || size > limits.maxMessageSizeBytes) throw new WireError(`bad size ${size}`);
  const content = inflate(frame.subarray(compressedHeaderSize), { size, compressor });
  if (content.length !== size) throw new WireError("decompressed size does not match");
  const inner = Buffer.allocUnsafe(headerSize + size);
  inner.set(frame.subarray(0, headerSize), 0);
  inner.set(content, headerSize);
  return { inner, innerCode, compressor };
}

function inflate(content: Uint8Array, { size, compressor }: { size: number; compressor: number }) {
  if (compressor === 0) return content;
  if (compressor !== zlibId) throw new WireError(`unsupported compressor ${compressor}`);
  try {
    return inflateSync(content, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw new WireError("compressed message cannot be read", { cause });
  }
}

/** The frame as OP_COMPRESSED, with the compressor that the request came with. */
export function compress(frame: Buffer, compressor: number): Buffer {
  const content = deflateSync(frame.subarray(headerSize));
  const result = Buffer.allocUnsafe(compressedHeaderSize + content.length);
  frame.copy(result, 0, 0, headerSize);
  result.writeInt32LE(result.length, 0);
  result.writeInt32LE(opCodes.compressed, 12);
  result.writeInt32LE(opCodes.message, 16);
  result.writeInt32LE(frame.length - headerSize, 20);
  result[24] = compressor;
  content.copy(result, compressedHeaderSize);
  return result;
}
