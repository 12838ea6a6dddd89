import { Decimal128, type Document, Double, Int32, Long } from "bson";
import { MongoError } from "./errors.ts";

/**
 * Reads of a command's fields. Each takes the document, the field and the name of the command,
 * and throws MongoDB's TypeMismatch if the field is there but of another type.
 */
export interface Field {
  readonly of: Document;
  readonly name: string;
  /** For the error text: `find.limit`. */
  readonly path: string;
}

/** A field of `of`, which texts call `<command>.<name>`. */
export function field(of: Document, name: string, command: string): Field {
  return { of, name, path: `${command}.${name}` };
}

export function optionalString(field: Field): string | undefined {
  const value: unknown = field.of[field.name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(field, value, "'string'");
  return value;
}

export function requiredString(field: Field): string {
  return optionalString(field) ?? missing(field);
}

export function optionalDocument(field: Field): Document | undefined {
  const value: unknown = field.of[field.name];
  if (value === undefined || value === null) return undefined;
  if (!isDocument(value)) throw wrongType(field, value, "'object'");
  return value;
}

export function requiredDocument(field: Field): Document {
  return optionalDocument(field) ?? missing(field);
}

export function optionalArray(field: Field): readonly unknown[] | undefined {
  const value: unknown = field.of[field.name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(field, value, "'array'");
  return value;
}

export function requiredArray(field: Field): readonly unknown[] {
  return optionalArray(field) ?? missing(field);
}

/** Numbers count as MongoDB counts them: 0 is false, all others are true. */
export function optionalBoolean(field: Field): boolean | undefined {
  const value: unknown = field.of[field.name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  const number = toNumber(value);
  if (number === undefined) throw wrongType(field, value, "[bool, long, int, decimal, double]");
  return number !== 0;
}

export function optionalNumber(field: Field): number | undefined {
  const value: unknown = field.of[field.name];
  if (value === undefined || value === null) return undefined;
  const number = toNumber(value);
  if (number === undefined) throw wrongType(field, value, "[long, int, decimal, double]");
  return number;
}

/** A whole number of at least `min`, cut to an integer as MongoDB does. */
export function optionalCount(field: Field, min = 0): number | undefined {
  const number = optionalNumber(field);
  if (number === undefined) return undefined;
  if (number < min) {
    const bound = `BSON field '${field.name}' value must be >= ${min}, actual value '${number}'`;
    throw new MongoError(min === 0 && number < 0 ? "Location51024" : "BadValue", bound);
  }
  return Math.trunc(number);
}

/** The number that a BSON value is, or undefined. Long loses what a double cannot hold. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Int32 || value instanceof Double) return Number(value.value);
  if (Long.isLong(value)) return value.toNumber();
  if (value instanceof Decimal128) return Number(value.toString());
  return undefined;
}

/** A plain embedded document, as against an array, a scalar or a BSON class. */
export function isDocument(value: unknown): value is Document {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** MongoDB's name of a value's BSON type: `int`, `string`, `objectId` … */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "double";
  if (typeof value === "boolean") return "bool";
  if (typeof value !== "object") return typeof value;
  if (value instanceof Date) return "date";
  if (value instanceof RegExp) return "regex";
  const named: unknown = Reflect.get(value, "_bsontype");
  return typeof named === "string" ? (classNames[named] ?? named) : "object";
}

const classNames: Readonly<Record<string, string>> = {
  Binary: "binData",
  BSONRegExp: "regex",
  BSONSymbol: "symbol",
  Code: "javascript",
  DBRef: "object",
  Decimal128: "decimal",
  Double: "double",
  Int32: "int",
  Long: "long",
  MaxKey: "maxKey",
  MinKey: "minKey",
  ObjectId: "objectId",
  Timestamp: "timestamp",
};

function wrongType({ path }: Field, value: unknown, expected: string): MongoError {
  const types = expected.startsWith("[") ? `types '${expected}'` : `type ${expected}`;
  const text = `BSON field '${path}' is the wrong type '${typeName(value)}', expected ${types}`;
  return new MongoError("TypeMismatch", text);
}

function missing({ path }: Field): never {
  throw new MongoError("Location40414", `BSON field '${path}' is missing but a required field`);
}
