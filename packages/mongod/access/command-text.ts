import {
  Binary,
  BSONRegExp,
  Code,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";

const stringLengthMax = 160;
const stringLengthKept = 150;
const textLengthMax = 16 * 1024;
const depthMax = 20;
const uuidBytes = 16;

/** A document as MongoDB writes one in its error texts: `{ find: "geo", filter: {} }`. */
export function commandText(document: Document): string {
  const text = documentText(document, 0);
  return text.length > textLengthMax ? `${text.slice(0, textLengthMax)}...` : text;
}

function documentText(document: Document, depth: number): string {
  const fields = Object.entries(document);
  if (fields.length === 0) return "{}";
  if (depth >= depthMax) return "{ ... }";
  const texts = fields.map(([name, value]) => `${name}: ${valueText(value, depth + 1)}`);
  return `{ ${texts.join(", ")} }`;
}

function valueText(value: unknown, depth: number): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return arrayText(value, depth);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof RegExp) return `/${value.source}/${value.flags}`;
  return classText(value) ?? documentText(value, depth);
}

function classText(value: object): string | undefined {
  if (value instanceof Int32) return String(value.value);
  if (value instanceof Double) return numberText(value.value, { isDouble: true });
  if (Long.isLong(value) && !(value instanceof Timestamp)) return value.toString();
  if (value instanceof Timestamp) return `Timestamp(${value.getHighBits()}, ${value.getLowBits()})`;
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Binary) return binaryText(value);
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof MinKey) return "MinKey";
  if (value instanceof MaxKey) return "MaxKey";
  if (value instanceof Code) return String(value.code);
  return undefined;
}

function arrayText(values: readonly unknown[], depth: number): string {
  if (values.length === 0) return "[]";
  if (depth >= depthMax) return "[ ... ]";
  return `[ ${values.map((value) => valueText(value, depth + 1)).join(", ")} ]`;
}

function stringText(text: string): string {
  return text.length > stringLengthMax ? `"${text.slice(0, stringLengthKept)}..."` : `"${text}"`;
}

function numberText(value: number, { isDouble = false } = {}): string {
  return isDouble && Number.isInteger(value) ? `${value}.0` : String(value);
}

function binaryText(value: Binary): string {
  if (value.sub_type === Binary.SUBTYPE_UUID && value.length() === uuidBytes) {
    return `UUID("${value.toUUID().toHexString()}")`;
  }
  return `BinData(${value.sub_type}, ${Buffer.from(value.value()).toString("hex").toUpperCase()})`;
}
