import { compactCopy } from "../compact-copy.ts";
import { invalidArgument, type ServiceError } from "../errors.ts";
import { type MessageHeader, strictVersion, types, viewOf } from "./wire.ts";

/** Apache's own limit. */
const depthMax = 64;

/** The header of a field, and an i64. */
const digestBytes = 11;

/**
 * Reads what anybody may have sent: each function throws `invalidArgument` where the bytes end too early or
 * make no sense, and believes no size that the bytes at hand cannot hold.
 */
export class ThriftReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;
  #elements = 0;

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

  /** How many bytes have been read. */
  get position(): number {
    return this.#position;
  }

  /** How many elements of lists have been read, or are about to be. */
  get elements(): number {
    return this.#elements;
  }

  /** A number made of what comes behind the header of the next field: of an i64, of all of it. */
  digest(): number {
    if (this.remaining < digestBytes) return 0;
    const at = this.#position;
    const low = this.#view.getInt32(at + digestBytes - 4);
    return Math.imul(this.#view.getInt32(at + 3), 0x9e37_79b1) ^ low;
  }

  /** Passes over these bytes if they are what comes next; tells whether. */
  passes(expected: Buffer): boolean {
    const end = this.#position + expected.byteLength;
    if (end > this.#end) return false;
    if (this.#bytes.compare(expected, 0, expected.byteLength, this.#position, end) !== 0)
      return false;
    this.#position = end;
    return true;
  }

  /** A copy of what has been read since, to keep for long. */
  copyFrom(begin: number): Buffer {
    return compactCopy(this.#bytes.subarray(begin, this.#position));
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
    if (type !== elementType) {
      this.#skipElements(type, size, 0);
      return 0;
    }
    this.#elements += size;
    return size;
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
