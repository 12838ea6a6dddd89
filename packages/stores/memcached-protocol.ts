/**
 * Memcached's text protocol, as far as it is used here: what is written, and how replies are read back.
 * Replies come in the order of the requests, so nothing but the order ties them together.
 */

/** Keys on one `get` line; more are asked on further lines of the same write. */
const keysPerLine = 64;

/** memcached takes a longer time to live for a date. */
const relativeTtlMaxS = 30 * 24 * 60 * 60;

/** Longer lines or values than these are no memcached's. */
const lineBytesMax = 2_048;
const valueBytesMax = 64 * 1_024 * 1_024;

const lineFeed = 0x0a;
const space = 0x20;
const zero = 0x30;
const letterV = 0x56;

/** One write that asks for all keys, and how many `END` lines will answer it. */
export function encodeGet(keys: readonly string[]): { request: string; lines: number } {
  if (keys.length <= keysPerLine) return { request: `get ${keys.join(" ")}\r\n`, lines: 1 };
  let request = "";
  let lines = 0;
  for (let at = 0; at < keys.length; at += keysPerLine, lines++)
    request += `get ${keys.slice(at, at + keysPerLine).join(" ")}\r\n`;
  return { request, lines };
}

export function encodeStore(
  verb: "set" | "add",
  key: string,
  value: string | Uint8Array,
  ttlS: number,
): string | Buffer {
  const head = `${verb} ${key} 0 ${expiry(ttlS)} ${Buffer.byteLength(value)}\r\n`;
  if (typeof value === "string") return `${head}${value}\r\n`;
  return Buffer.concat([Buffer.from(head), value, Buffer.from("\r\n")]);
}

export function encodeDelete(key: string): string {
  return `delete ${key}\r\n`;
}

function expiry(ttlS: number): number {
  const wholeS = Math.ceil(ttlS);
  return wholeS > relativeTtlMaxS ? Math.floor(Date.now() / 1_000) + wholeS : wholeS;
}

/** What a `ReplyReader` finds. */
export interface ReplySink {
  /** One value of a `get`. The bytes are a view of what was received: decode them soon, or copy them. */
  value(key: string, bytes: Buffer): void;
  /** Any other line: `END`, `STORED`, `SERVER_ERROR out of memory`. */
  line(text: string): void;
}

/** Cuts received bytes into values and lines, wherever the chunks were cut. */
export class ReplyReader {
  readonly #sink: ReplySink;
  #chunks: Buffer[] = [];
  #size = 0;
  #needed = 1;

  constructor(sink: ReplySink) {
    this.#sink = sink;
  }

  /** Throws if this is not memcached's language; the connection is then of no more use. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // A large value is put together once, when all of it is there.
    if (this.#size < this.#needed) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size);
    const rest = bytes.subarray(this.#read(bytes));
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
  }

  /** Reads all complete replies, notes how many bytes the next one needs, and returns where it starts. */
  #read(bytes: Buffer): number {
    let at = 0;
    this.#needed = 1;
    while (at < bytes.length) {
      const end = bytes.indexOf(lineFeed, at);
      if (end - at > lineBytesMax || (end < 0 && bytes.length - at > lineBytesMax))
        throw new Error("a line is too long");
      this.#needed = end < 0 ? bytes.length - at + 1 : 0;
      if (end < 0) return at;
      const next = isValue(bytes, at)
        ? this.#readValue(bytes, at, end)
        : this.#readLine(bytes, at, end);
      if (next > bytes.length) {
        this.#needed = next - at;
        return at;
      }
      at = next;
    }
    return at;
  }

  #readLine(bytes: Buffer, at: number, end: number): number {
    this.#sink.line(bytes.toString("latin1", at, end - 1));
    return end + 1;
  }

  /** `VALUE <key> <flags> <bytes>`, read from its end. Returns where the next reply starts, known or not yet here. */
  #readValue(bytes: Buffer, at: number, end: number): number {
    const lengthAt = bytes.lastIndexOf(space, end) + 1;
    const keyEnd = bytes.lastIndexOf(space, lengthAt - 2);
    const length = readNumber(bytes, lengthAt, end - 1);
    if (!(length <= valueBytesMax) || keyEnd <= at + 6)
      throw new Error("a value's line is malformed");
    const start = end + 1;
    const next = start + length + 2;
    if (next <= bytes.length)
      this.#sink.value(
        bytes.toString("utf8", at + 6, keyEnd),
        bytes.subarray(start, start + length),
      );
    return next;
  }
}

/** NaN if there are other than digits. */
function readNumber(bytes: Buffer, from: number, to: number): number {
  let number = from < to ? 0 : Number.NaN;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - zero;
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN;
  }
  return number;
}

/** `VALUE ` and not `VERSION 1.6`: both begin with V. */
function isValue(bytes: Buffer, at: number): boolean {
  return bytes[at] === letterV && bytes[at + 1] === 0x41;
}
