import {
  Binary,
  BSONRegExp,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";
import { isDocument } from "../arguments.ts";

/** A value as MongoDB writes it in its error texts and logs: `{ a: 1, b: "x" }`. */
export function textOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number") return Number.isInteger(value) ? `${value}.0` : String(value);
  if (Array.isArray(value)) return value.length ? `[ ${value.map(textOf).join(", ")} ]` : "[]";
  if (typeof value !== "object") return String(value);
  if (isDocument(value)) return documentText(value);
  return classText(value);
}

function documentText(document: object): string {
  const fields = Object.entries(document).map(([name, value]) => `${name}: ${textOf(value)}`);
  return fields.length ? `{ ${fields.join(", ")} }` : "{}";
}

function classText(value: object): string {
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Int32) return String(value.value);
  if (value instanceof Double) return textOf(Number(value.value));
  // Before Long, which a Timestamp is as well.
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  if (Long.isLong(value)) return value.toString();
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof Binary) return binaryText(value);
  if (value instanceof MinKey) return "MinKey";
  if (value instanceof MaxKey) return "MaxKey";
  return String(value);
}

function binaryText(binary: Binary): string {
  const hex = Buffer.from(binary.value()).toString("hex").toUpperCase();
  if (binary.sub_type !== Binary.SUBTYPE_UUID) return `BinData(${binary.sub_type}, ${hex})`;
  return `UUID("${binary.toUUID().toHexString()}")`;
}
