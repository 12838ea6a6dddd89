import { type DeserializeOptions, type Document, deserialize, serialize } from "bson";
import { type Element, types } from "./element.ts";
import { forExpressions } from "./numbers.ts";

/**
 * Two ways to decode. `decode` keeps every number in its BSON class, so that what is encoded
 * again is what was there; `decodeForExpressions` does too, but ints and most doubles are plain.
 */
const exact: DeserializeOptions = {
  promoteValues: false,
  promoteLongs: false,
  bsonRegExp: true,
  validation: { utf8: false },
};

export function decode(bytes: Uint8Array, options?: DeserializeOptions): Document {
  return deserialize(bytes, options ? { ...exact, ...options } : exact);
}

/** A document as aggregation works on it; see `bson/numbers.ts`. */
export function decodeForExpressions(bytes: Uint8Array): Document {
  const document = deserialize(bytes, exact);
  forExpressions(document);
  return document;
}

/** The bytes of a document. `undefined` fields are left out, as drivers do. */
export function encode(document: Document): Uint8Array {
  return serialize(document, { ignoreUndefined: true });
}

/** A decoded value as an element. `undefined` becomes BSON's undefined. */
export function elementOf(value: unknown): Element {
  if (value === undefined) {
    return { type: types.undefined, bytes: new Uint8Array(0), start: 0, end: 0 };
  }
  const bytes = serialize({ "": value }, { ignoreUndefined: false });
  return { type: bytes[4] ?? types.null, bytes, start: 6, end: bytes.length - 1 };
}

/** The decoded value of an element, with numbers in their BSON classes. */
export function decodeElement(element: Element): unknown {
  const { type, bytes, start, end } = element;
  const size = end - start;
  const wrapped = Buffer.allocUnsafe(size + 7);
  wrapped.writeInt32LE(size + 7, 0);
  wrapped[4] = type;
  wrapped[5] = 0;
  wrapped.set(bytes.subarray(start, end), 6);
  wrapped[size + 6] = 0;
  return decode(wrapped)[""];
}
