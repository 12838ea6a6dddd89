import { Decimal128 } from "bson";
import { asBuffer, readDouble, readInt32, readInt64 } from "./bytes.ts";
import { elementOf } from "./codec.ts";
import { type Element, nameEnd, types, valueLength } from "./element.ts";

/**
 * Encodes BSON values so that their bytes compare as MongoDB compares the values, across all
 * types: numbers by value whatever their type, then strings, objects, arrays and so on. Every
 * encoding is closed in itself (none begins with another), so several can be laid side by side.
 */

/** MongoDB's order of types, as the first byte of an encoding. Zero ends an object or array. */
const rankOfType: Readonly<Record<number, number>> = {
  [types.minKey]: 1,
  [types.undefined]: 2,
  [types.null]: 5,
  [types.double]: 10,
  [types.int32]: 10,
  [types.int64]: 10,
  [types.decimal]: 10,
  [types.string]: 15,
  [types.symbol]: 15,
  [types.object]: 20,
  [types.array]: 25,
  [types.binary]: 30,
  [types.objectId]: 35,
  [types.boolean]: 40,
  [types.date]: 45,
  [types.timestamp]: 47,
  [types.regex]: 50,
  [types.dbPointer]: 55,
  [types.code]: 60,
  [types.codeWithScope]: 65,
  [types.maxKey]: 126,
};

/** Types of one rank are compared with each other by `$gt` and its like; others never match. */
export function rankOf(type: number): number {
  return rankOfType[type] ?? 126;
}

/** What stands in an index for a field that is not there. */
export const nullKey: Uint8Array = Uint8Array.of(5);
/** What stands in an index for an empty array. */
export const undefinedKey: Uint8Array = Uint8Array.of(2);

/** The ordered encoding of a value inside a document. */
export function keyOf(element: Element): Uint8Array {
  const writer = new KeyWriter(element.end - element.start + 24);
  writer.value(element.bytes, element.type, element.start);
  return writer.finish();
}

/** The ordered encoding of a decoded value. */
export function keyOfValue(value: unknown): Uint8Array {
  return keyOf(elementOf(value));
}

/** Negative, zero or positive, as `a` comes before, with or after `b` in MongoDB's order. */
export function compareValues(a: unknown, b: unknown): number {
  const areNumbers = typeof a === "number" && typeof b === "number";
  if (areNumbers && !Number.isNaN(a) && !Number.isNaN(b)) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return Buffer.compare(keyOfValue(a), keyOfValue(b));
}

/** The same order, backwards: for the descending fields of an index. */
export function inverted(key: Uint8Array): Uint8Array {
  const result = new Uint8Array(key.length);
  for (let i = 0; i < key.length; i += 1) result[i] = 0xff - (key[i] ?? 0);
  return result;
}

const doubleScratch = new DataView(new ArrayBuffer(8));
const restOffset = 0x8000;

class KeyWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Writes the rank and the value, and gives the length the value had. */
  value(from: Uint8Array, type: number, at: number): number {
    this.#byte(rankOf(type));
    return this.#body(from, type, at);
  }

  #body(from: Uint8Array, type: number, at: number): number {
    const length = valueLength(from, type, at);
    switch (type) {
      case types.double:
        this.#number(readDouble(from, at), 0);
        break;
      case types.int32:
        this.#number(readInt32(from, at), 0);
        break;
      case types.int64:
        this.#long(readInt64(from, at));
        break;
      case types.decimal:
        this.#number(Number(new Decimal128(from.slice(at, at + 16)).toString()), 0);
        break;
      case types.string:
      case types.symbol:
      case types.code:
        this.#text(from, at + 4, at + length - 1);
        break;
      case types.object:
      case types.codeWithScope:
        this.#document(from, type === types.object ? at : at + 4 + 4 + readInt32(from, at + 4));
        break;
      case types.array:
        this.#array(from, at);
        break;
      case types.binary:
        this.#unsigned32(readInt32(from, at));
        this.#copy(from, at + 4, at + length);
        break;
      case types.date:
        this.#signed64(readInt64(from, at));
        break;
      case types.timestamp:
        this.#signed64(readInt64(from, at) + (1n << 63n));
        break;
      default:
        this.#copy(from, at, at + length);
    }
    return length;
  }

  /** A double in order, and what an int64 has beyond the double next to it. */
  #number(value: number, rest: number): void {
    this.#room(10);
    if (Number.isNaN(value)) {
      this.#bytes.fill(0, this.#length, this.#length + 10);
      this.#length += 10;
      return;
    }
    doubleScratch.setFloat64(0, value === 0 ? 0 : value);
    const negative = doubleScratch.getUint8(0) >= 128;
    for (let i = 0; i < 8; i += 1) {
      const byte = doubleScratch.getUint8(i);
      this.#bytes[this.#length + i] = negative ? 0xff - byte : i === 0 ? byte | 0x80 : byte;
    }
    this.#bytes.writeUInt16BE(rest + restOffset, this.#length + 8);
    this.#length += 10;
  }

  #long(value: bigint): void {
    const nearest = Number(value);
    this.#number(nearest, Number(value - BigInt(nearest)));
  }

  #signed64(value: bigint): void {
    this.#room(8);
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value + (1n << 63n)), this.#length);
    this.#length += 8;
  }

  #unsigned32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32BE(value >>> 0, this.#length);
  }

  /** A text may hold zero bytes; each is followed by 0xff, and the end is two zero bytes. */
  #text(from: Uint8Array, start: number, end: number): void {
    const zero = from.indexOf(0, start);
    if (zero === -1 || zero >= end) {
      this.#copy(from, start, end);
    } else {
      for (let at = start; at < end; at += 1) {
        this.#byte(from[at] ?? 0);
        if (from[at] === 0) this.#byte(0xff);
      }
    }
    this.#byte(0);
    this.#byte(0);
  }

  #document(from: Uint8Array, start: number): void {
    let at = start + 4;
    for (let type = from[at] ?? 0; type !== 0; type = from[at] ?? 0) {
      const end = nameEnd(from, at + 1);
      this.#byte(rankOf(type));
      this.#copy(from, at + 1, end + 1);
      at = end + 1 + this.#body(from, type, end + 1);
    }
    this.#byte(0);
  }

  #array(from: Uint8Array, start: number): void {
    let at = start + 4;
    for (let type = from[at] ?? 0; type !== 0; type = from[at] ?? 0) {
      const end = nameEnd(from, at + 1);
      at = end + 1 + this.value(from, type, end + 1);
    }
    this.#byte(0);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  #copy(from: Uint8Array, start: number, end: number): void {
    this.#room(end - start);
    asBuffer(from).copy(this.#bytes, this.#length, start, end);
    this.#length += end - start;
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe((this.#length + count) * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
