import { MongoError } from "../errors.ts";
import { readCString, readInt32 } from "./bytes.ts";

/** BSON's type numbers. */
export const types = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binary: 5,
  undefined: 6,
  objectId: 7,
  boolean: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  code: 13,
  symbol: 14,
  codeWithScope: 15,
  int32: 16,
  timestamp: 17,
  int64: 18,
  decimal: 19,
  minKey: 255,
  maxKey: 127,
} as const;

/** A value where it lies inside an encoded document. The bytes are shared, not copied. */
export interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
  /** The value's first byte, and the one after its last. */
  readonly start: number;
  readonly end: number;
}

/**
 * The field `name` of the document that starts at `start`, or undefined. Trusts the bytes to
 * be valid, as everything stored is.
 */
export function findField(bytes: Uint8Array, start: number, name: Uint8Array): Element | undefined {
  let at = start + 4;
  for (;;) {
    const type = bytes[at];
    if (type === undefined || type === 0) return undefined;
    const nameStart = at + 1;
    const same = startsAt(bytes, nameStart, name);
    const valueStart = same ? nameStart + name.length + 1 : nameEnd(bytes, nameStart) + 1;
    const end = valueStart + valueLength(bytes, type, valueStart);
    if (same) return { type, bytes, start: valueStart, end };
    at = end;
  }
}

/** The fields of the document or array that starts at `start`, in order. */
export function* fieldsOf(bytes: Uint8Array, start = 0): Generator<readonly [string, Element]> {
  let at = start + 4;
  for (;;) {
    const type = bytes[at];
    if (type === undefined || type === 0) return;
    const end = nameEnd(bytes, at + 1);
    const name = readCString(bytes, at + 1, end);
    const valueStart = end + 1;
    const valueEnd = valueStart + valueLength(bytes, type, valueStart);
    yield [name, { type, bytes, start: valueStart, end: valueEnd }];
    at = valueEnd;
  }
}

/** The items of the array that starts at `start`, in order, as an array of their own. */
export function itemsOf(bytes: Uint8Array, start: number): Element[] {
  const items: Element[] = [];
  let at = start + 4;
  for (;;) {
    const type = bytes[at];
    if (type === undefined || type === 0) return items;
    const valueStart = nameEnd(bytes, at + 1) + 1;
    const end = valueStart + valueLength(bytes, type, valueStart);
    items.push({ type, bytes, start: valueStart, end });
    at = end;
  }
}

/** How many bytes a value of `type` takes that begins at `at`. Throws InvalidBSON. */
export function valueLength(bytes: Uint8Array, type: number, at: number): number {
  switch (type) {
    case types.double:
    case types.date:
    case types.timestamp:
    case types.int64:
      return 8;
    case types.string:
    case types.code:
    case types.symbol:
      return 4 + readInt32(bytes, at);
    case types.object:
    case types.array:
    case types.codeWithScope:
      return readInt32(bytes, at);
    case types.binary:
      return 5 + readInt32(bytes, at);
    case types.undefined:
    case types.null:
    case types.minKey:
    case types.maxKey:
      return 0;
    case types.objectId:
      return 12;
    case types.boolean:
      return 1;
    case types.regex: {
      const pattern = nameEnd(bytes, at);
      return nameEnd(bytes, pattern + 1) + 1 - at;
    }
    case types.dbPointer:
      return 4 + readInt32(bytes, at) + 12;
    case types.int32:
      return 4;
    case types.decimal:
      return 16;
    default:
      throw new MongoError("InvalidBSON", `Unrecognized BSON type ${type}`);
  }
}

/** Where the zero byte is that ends the name which begins at `at`. */
export function nameEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end] !== 0) {
    end += 1;
    if (end >= bytes.length) throw new MongoError("InvalidBSON", "not null terminated string");
  }
  return end;
}

function startsAt(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i += 1) if (bytes[at + i] !== name[i]) return false;
  return bytes[at + name.length] === 0;
}
