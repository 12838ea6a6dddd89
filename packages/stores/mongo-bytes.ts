import { BSON } from "mongodb";

const stringType = 2;
const binaryType = 5;
/** An old kind of binary that says its length twice. */
const oldSubtype = 2;

/** The bytes of a field of an encoded document, be it binary or a string; null if it is neither, or not there. */
export function bytesInField(document: Uint8Array, field: string): Buffer | null {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
  for (const element of BSON.onDemand.parseToElements(bytes)) {
    const [type, nameOffset, nameLength, offset] = element;
    if (bytes.toString("utf8", nameOffset, nameOffset + nameLength) !== field) continue;
    if (type !== stringType && type !== binaryType) return null;
    const length = bytes.readInt32LE(offset);
    if (type === stringType) return bytes.subarray(offset + 4, offset + 4 + length - 1);
    const start = offset + 5;
    const head = bytes[offset + 4] === oldSubtype ? 4 : 0;
    return bytes.subarray(start + head, start + length);
  }
  return null;
}
