import { Binary, Decimal128, Double, Int32, Long } from "bson";

/**
 * Numbers as expressions work on them. A JavaScript number stands for an int if it is whole and
 * has 32 bits, else for a double; every other number keeps its BSON class. So what is encoded
 * has the type that was decoded.
 */
export type NumberKind = "int" | "long" | "double" | "decimal";

export function numberKind(value: unknown): NumberKind | undefined {
  if (typeof value === "number") return isInt(value) ? "int" : "double";
  if (value instanceof Int32) return "int";
  if (value instanceof Double) return "double";
  if (value instanceof Decimal128) return "decimal";
  return Long.isLong(value) ? "long" : undefined;
}

/** A double, also if its value is whole. */
export function asDouble(value: number): number | Double {
  return isInt(value) || Object.is(value, -0) ? new Double(value) : value;
}

/** An int if it fits and is wanted, else a long, else the nearest double, as MongoDB widens. */
export function asWhole(value: bigint, wanted: "int" | "long"): number | Long | Double {
  if (wanted === "int" && value >= -2147483648n && value <= 2147483647n) return Number(value);
  if (BigInt.asIntN(64, value) === value) return Long.fromBigInt(value);
  return asDouble(Number(value));
}

/** The value of an int or a long. */
export function wholeOf(value: unknown): bigint {
  return Long.isLong(value) ? value.toBigInt() : BigInt(Number(value));
}

function isInt(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}

/** Numbers in their BSON classes, in place and in depth, as expressions work on them. */
export function forExpressions(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Int32) return value.value;
  if (value instanceof Double) return asDouble(value.value);
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) value[at] = forExpressions(item);
    return value;
  }
  if (!isPlain(value)) return value;
  const fields = value as Record<string, unknown>;
  for (const name of Object.keys(fields)) fields[name] = forExpressions(fields[name]);
  return value;
}

/** The same value with JavaScript's numbers, for what does not ask for their types. */
export function withPlainNumbers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Double || value instanceof Int32) return value.value;
  if (Long.isLong(value)) {
    return Number.isSafeInteger(value.toNumber()) ? value.toNumber() : value;
  }
  if (Array.isArray(value)) return value.map(withPlainNumbers);
  if (value instanceof Binary || !isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withPlainNumbers(item)]),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
