import { invalidArgument, type ServiceError } from "../errors.ts";

/** The types of `TBinaryProtocol`, by their number on the wire. */
export const types = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
} as const;

/** The kinds of message, by their number on the wire. */
export const messageKinds = { call: 1, reply: 2, exception: 3, oneway: 4 } as const;

/** What stands before the struct of a message. */
export interface MessageHeader {
  readonly name: string;
  /** One of `messageKinds`, if the sender knows Thrift. */
  readonly kind: number;
  readonly sequence: number;
}

const initialBytes = 1_024;
/** Memory that a large message has made larger is not kept. */
const keptBytesMax = 65_536;
/** Below this, a loop over the characters is faster than a call out of the engine. */
const shortTextMax = 32;
const strictVersion = 0x8001_0000;
/** Apache's own limit. */
const depthMax = 64;

/** Writes messages one after the other into memory of its own, which it keeps for the next. */
export class ThriftWriter {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #view = viewOf(this.#bytes);
  #length = 0;

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

/** What a field's header reads as: its type and its id in one number, so that one comparison tells both. */
export function fieldKey(type: number, id: number): number {
  return (type << 16) | (id & 0xffff);
}

/**
 * Reads what anybody may have sent: each function throws `invalidArgument` where the bytes end too early or
 * make no sense, and believes no size that the bytes at hand cannot hold.
 */
export class ThriftReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = viewOf(bytes);
    this.#end = bytes.byteLength;
    this.#position = 0;
  }

  /** How many bytes have not been read. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** The header of a message: the strict form, or the old one that begins with the name. */
  message(): MessageHeader {
    const first = this.i32();
    if (first < 0) {
      if ((first & 0xffff_0000) >>> 0 !== strictVersion) throw malformed("unknown version");
      const name = this.string();
      return { name, kind: first & 0xff, sequence: this.i32() };
    }
    const name = this.#text(first);
    return { name, kind: this.byte(), sequence: this.i32() };
  }

  /** The header of the next field as a `fieldKey`, or 0 at the end of the struct. */
  field(): number {
    const position = this.#position;
    const type = this.byte();
    if (type === types.stop) return 0;
    this.#take(2);
    return (type << 16) | this.#view.getUint16(position + 1);
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  bool(): boolean {
    return this.byte() !== 0;
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  string(): string {
    return this.#text(this.i32());
  }

  /**
   * The header of a list: how many elements of that type come next. A list of another type is passed over and
   * reads as an empty one, as a field of another type reads as absent.
   */
  list(elementType: number): number {
    const type = this.byte();
    const size = this.#size(this.i32());
    if (size === 0) return 0;
    this.#expect(size, leastBytes(type));
    if (type === elementType) return size;
    this.#skipElements(type, size, 0);
    return 0;
  }

  /** A map of texts; `undefined` if it is empty, or of other things. */
  texts(): ReadonlyMap<string, string> | undefined {
    const keyType = this.byte();
    const valueType = this.byte();
    const size = this.#size(this.i32());
    if (size === 0) return undefined;
    this.#expect(size, leastBytes(keyType) + leastBytes(valueType));
    if (keyType !== types.string || valueType !== types.string) {
      this.#skipPairs(keyType, valueType, size, 0);
      return undefined;
    }
    const texts = new Map<string, string>();
    for (let index = 0; index < size; index++) texts.set(this.string(), this.string());
    return texts;
  }

  /** Passes over the value of a field that nobody knows, given its `fieldKey`. */
  skip(key: number): void {
    this.#skip(key >> 16, 0);
  }

  #skip(type: number, depth: number): void {
    if (depth >= depthMax) throw malformed(`nested deeper than ${depthMax}`);
    if (type === types.string) this.#take(this.#size(this.i32()));
    else if (type === types.struct) this.#skipStruct(depth);
    else if (type === types.list || type === types.set) this.#skipList(depth);
    else if (type === types.map) this.#skipMap(depth);
    else this.#take(leastBytes(type));
  }

  #skipStruct(depth: number): void {
    for (let key = this.field(); key !== 0; key = this.field()) this.#skip(key >> 16, depth + 1);
  }

  #skipList(depth: number): void {
    const type = this.byte();
    const size = this.#size(this.i32());
    if (size === 0) return;
    this.#expect(size, leastBytes(type));
    this.#skipElements(type, size, depth);
  }

  #skipMap(depth: number): void {
    const keyType = this.byte();
    const valueType = this.byte();
    const size = this.#size(this.i32());
    if (size === 0) return;
    this.#expect(size, leastBytes(keyType) + leastBytes(valueType));
    this.#skipPairs(keyType, valueType, size, depth);
  }

  #skipElements(type: number, size: number, depth: number): void {
    for (let index = 0; index < size; index++) this.#skip(type, depth + 1);
  }

  #skipPairs(keyType: number, valueType: number, size: number, depth: number): void {
    for (let index = 0; index < size; index++) {
      this.#skip(keyType, depth + 1);
      this.#skip(valueType, depth + 1);
    }
  }

  #text(size: number): string {
    const begin = this.#take(this.#size(size));
    return this.#bytes.toString("utf8", begin, this.#position);
  }

  #size(size: number): number {
    if (size < 0) throw malformed(`a size of ${size}`);
    return size;
  }

  #expect(size: number, elementBytes: number): void {
    if (size * elementBytes > this.remaining) throw malformed("larger than its message");
  }

  /** Goes on by so many bytes, and returns where they begin. */
  #take(size: number): number {
    const begin = this.#position;
    if (size > this.#end - begin) throw malformed("it ends too early");
    this.#position = begin + size;
    return begin;
  }
}

/** How many bytes a value of a type takes at least. */
const least: Readonly<Record<number, number>> = {
  [types.bool]: 1,
  [types.byte]: 1,
  [types.double]: 8,
  [types.i16]: 2,
  [types.i32]: 4,
  [types.i64]: 8,
  [types.string]: 4,
  [types.struct]: 1,
  [types.map]: 6,
  [types.set]: 5,
  [types.list]: 5,
};

function leastBytes(type: number): number {
  const bytes = least[type];
  if (bytes === undefined) throw malformed(`unknown type ${type}`);
  return bytes;
}

function malformed(what: string): ServiceError {
  return invalidArgument(`malformed Thrift message: ${what}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
