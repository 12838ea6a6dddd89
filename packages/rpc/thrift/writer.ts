import { compactCopy } from "../compact-copy.ts";
import { invalidArgument } from "../errors.ts";
import { strictVersion, types, viewOf } from "./wire.ts";

const initialBytes = 1_024;
/** Memory that a large message has made larger is not kept. */
const keptBytesMax = 65_536;
/** Up to this, a loop over the characters is faster than a call out of the engine. */
const shortTextMax = 32;

/** Writes messages one after the other into memory of its own, which it keeps for the next. */
export class ThriftWriter {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #view = viewOf(this.#bytes);
  #length = 0;

  /** How many bytes have been written. */
  get position(): number {
    return this.#length;
  }

  /** A copy of what has been written since, to keep for long. */
  copyFrom(begin: number): Buffer {
    return compactCopy(this.#bytes.subarray(begin, this.#length));
  }

  /** What has been written elsewhere. */
  raw(bytes: Buffer): void {
    this.#need(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** Forgets what has been written. To be called after a failure, before the writer is used again. */
  reset(): void {
    this.#length = 0;
  }

  /** A copy of what has been written since the last time; the writer is empty then. */
  finish(): Buffer {
    const written = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    if (this.#bytes.byteLength > keptBytesMax) this.#resize(initialBytes);
    return written;
  }

  /** Leaves room for the length of a frame. Returns where the frame begins, which `endFrame` asks for. */
  beginFrame(): number {
    this.#need(4);
    this.#length += 4;
    return this.#length;
  }

  /** Says before the frame how long it has become. */
  endFrame(begin: number): void {
    this.#view.setInt32(begin - 4, this.#length - begin);
  }

  /** The header of a message, in the strict form that every reader accepts. */
  message(name: string, kind: number, sequence: number): void {
    this.#need(4);
    this.#view.setUint32(this.#length, strictVersion | kind);
    this.#length += 4;
    this.string(name);
    this.i32(sequence);
  }

  /** The header of a field whose value comes next. */
  field(type: number, id: number): void {
    this.#need(3);
    this.#header(type, id);
  }

  /** The end of a struct. */
  stop(): void {
    this.#need(1);
    this.#bytes[this.#length++] = types.stop;
  }

  boolField(id: number, value: boolean): void {
    this.#need(4);
    this.#header(types.bool, id);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  i32Field(id: number, value: number): void {
    this.#need(7);
    this.#header(types.i32, id);
    this.i32(value);
  }

  i64Field(id: number, value: bigint): void {
    this.#need(11);
    this.#header(types.i64, id);
    this.i64(value);
  }

  stringField(id: number, value: string): void {
    this.#need(7);
    this.#header(types.string, id);
    this.string(value);
  }

  /** The header of a field with a list whose elements come next. */
  listField(id: number, elementType: number, size: number): void {
    this.#need(8);
    this.#header(types.list, id);
    this.#bytes[this.#length++] = elementType;
    this.#view.setInt32(this.#length, size);
    this.#length += 4;
  }

  /** A field with a map of texts. */
  textsField(id: number, texts: ReadonlyMap<string, string> | undefined): void {
    this.#need(9);
    this.#header(types.map, id);
    this.#bytes[this.#length++] = types.string;
    this.#bytes[this.#length++] = types.string;
    this.#view.setInt32(this.#length, texts?.size ?? 0);
    this.#length += 4;
    if (!texts) return;
    for (const [key, value] of texts) {
      this.string(key);
      this.string(value);
    }
  }

  bool(value: boolean): void {
    this.#need(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  i32(value: number): void {
    if ((value | 0) !== value) throw invalidArgument(`${value} is no 32-bit integer`);
    this.#need(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  i64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw invalidArgument(`${value} exceeds 64 bits`);
    this.#need(8);
    this.#view.setBigInt64(this.#length, value);
    this.#length += 8;
  }

  string(value: string): void {
    // No character of UTF-16 becomes more than three bytes.
    this.#need(4 + value.length * 3);
    const size = this.#shortText(value) ?? this.#bytes.write(value, this.#length + 4);
    this.#view.setInt32(this.#length, size);
    this.#length += 4 + size;
  }

  /** Writes a short text of ASCII behind the room for its length; returns its size, if it is such a text. */
  #shortText(value: string): number | undefined {
    const size = value.length;
    if (size > shortTextMax) return undefined;
    const bytes = this.#bytes;
    const begin = this.#length + 4;
    for (let index = 0; index < size; index++) {
      const character = value.charCodeAt(index);
      if (character > 0x7f) return undefined;
      bytes[begin + index] = character;
    }
    return size;
  }

  #header(type: number, id: number): void {
    const bytes = this.#bytes;
    bytes[this.#length] = type;
    bytes[this.#length + 1] = id >> 8;
    bytes[this.#length + 2] = id;
    this.#length += 3;
  }

  #need(size: number): void {
    const wanted = this.#length + size;
    if (wanted > this.#bytes.byteLength) {
      this.#resize(Math.max(wanted, this.#bytes.byteLength * 2));
    }
  }

  #resize(size: number): void {
    const grown = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}
