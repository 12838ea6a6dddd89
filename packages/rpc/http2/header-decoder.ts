import {
  DynamicTable,
  type Entry,
  entryBytes,
  kindOf,
  staticEntries,
  tableBytesDefault,
} from "./header-table.ts";
import { HeaderList } from "./headers.ts";
import { decodeHuffman } from "./huffman.ts";
import { assertProtocol, ConnectionError, errorCodes } from "./protocol.ts";

/** What is wrong with headers that could be read: it costs their stream, not the connection. */
export type HeaderFault = "malformed" | "too large";

/**
 * Headers so many times as large as those taken end the connection. They could be sent, but nobody means so many; and
 * each byte may stand for a long header that was sent before, so that few bytes would keep us reading for long.
 */
const excess = 16;

/** Headers, or why they are of no use. */
export type Decoded =
  | { readonly headers: HeaderList; readonly fault?: undefined }
  | { readonly fault: HeaderFault; readonly headers?: undefined };

/** Reads blocks of headers (HPACK, RFC 7541). One of these reads all that a connection is sent, in order. */
export class HeaderDecoder {
  readonly #listBytesMax: number;
  readonly #table = new DynamicTable();
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** More headers than these bytes are too large. */
  constructor(listBytesMax: number) {
    this.#listBytesMax = listBytesMax;
  }

  /** Throws a `ConnectionError` for what cannot be read: the two sides' tables may differ then. */
  decode(block: Buffer, start: number, end: number): Decoded {
    this.#block = block;
    this.#at = start;
    this.#end = end;
    const fields: string[] = [];
    let bytes = 0;
    let fault: HeaderFault | undefined;
    let isRegular = false;
    while (this.#at < end) {
      const entry = this.#entry(fields.length === 0);
      if (!entry) continue;
      const { name, value, kind } = entry;
      bytes += entryBytes(name, value);
      if (bytes > this.#listBytesMax) fault = this.#tooLarge(bytes);
      // What follows is read all the same, since it may add to the table.
      if (fault) continue;
      if (kind === "illegal" || (kind === "pseudo" && isRegular)) fault = "malformed";
      isRegular ||= kind === "regular";
      fields.push(name, value);
    }
    return fault ? { fault } : { headers: new HeaderList(fields) };
  }

  /** Throws if there is so much more that the headers cannot be meant. */
  #tooLarge(bytes: number): HeaderFault {
    const isMeant = bytes <= excess * this.#listBytesMax;
    assertProtocol(isMeant, "headers without measure", errorCodes.enhanceYourCalm);
    return "too large";
  }

  /** The next header; undefined for an instruction that is none. */
  #entry(isFirst: boolean): Entry | undefined {
    const byte = this.#block[this.#at] ?? 0;
    if (byte >= 0x80) return this.#known(this.#integer(7));
    if (byte >= 0x40) {
      const entry = this.#literal(6);
      this.#table.add(entry);
      return entry;
    }
    if (byte < 0x20) return this.#literal(4);
    const bytesMax = this.#integer(5);
    if (!isFirst || bytesMax > tableBytesDefault) throw unreadable();
    this.#table.resize(bytesMax);
    return undefined;
  }

  #known(number: number): Entry {
    const entry =
      number <= staticEntries.length
        ? staticEntries[number - 1]
        : this.#table.at(number - staticEntries.length - 1);
    if (!entry) throw unreadable();
    return entry;
  }

  #literal(prefixBits: number): Entry {
    const number = this.#integer(prefixBits);
    if (number === 0) {
      const name = this.#text();
      return { name, value: this.#text(), kind: kindOf(name) };
    }
    const { name, kind } = this.#known(number);
    return { name, value: this.#text(), kind };
  }

  #text(): string {
    const isHuffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw unreadable();
    this.#at = end;
    const text = isHuffman
      ? decodeHuffman(this.#block, start, end)
      : this.#block.toString("latin1", start, end);
    if (text === undefined) throw unreadable();
    return text;
  }

  /** A number in the rest of a byte, or that and as many further bytes as it needs. */
  #integer(prefixBits: number): number {
    const most = 2 ** prefixBits - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw unreadable();
  }

  #byte(): number {
    if (this.#at >= this.#end) throw unreadable();
    return this.#block[this.#at++] ?? 0;
  }
}

function unreadable(): ConnectionError {
  return new ConnectionError(errorCodes.compression, "the headers cannot be read");
}
