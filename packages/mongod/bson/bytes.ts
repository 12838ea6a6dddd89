/** Small reads of numbers and texts out of bytes. Little-endian, as BSON and the wire are. */

export function readInt32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

export function readInt64(bytes: Uint8Array, at: number): bigint {
  const low = BigInt(readInt32(bytes, at) >>> 0);
  return (BigInt(readInt32(bytes, at + 4)) << 32n) | low;
}

const doubleBytes = new Uint8Array(8);
const doubleValue = new Float64Array(doubleBytes.buffer);

export function readDouble(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 8; i += 1) doubleBytes[i] = bytes[at + i] ?? 0;
  return doubleValue[0] ?? 0;
}

export function readCString(bytes: Uint8Array, from: number, to: number): string {
  if (to - from < 24) {
    let text = "";
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte > 127) return utf8(bytes, from, to);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return utf8(bytes, from, to);
}

export function utf8(bytes: Uint8Array, from: number, to: number): string {
  return asBuffer(bytes).toString("utf8", from, to);
}

/** The same bytes as a Buffer, which reads and compares faster. */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** The smallest bytes that come after everything which begins with `prefix`. */
export function afterPrefix(prefix: Uint8Array): Uint8Array {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) return Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
  const next = Uint8Array.from(prefix.subarray(0, length));
  next[length - 1] = (next[length - 1] ?? 0) + 1;
  return next;
}
