import { Decimal128, Double, Long, ObjectId } from "bson";
import { decimalOf } from "../bson/decimal.ts";
import { asDouble, asWhole, numberKind, wholeOf } from "../bson/numbers.ts";
import { MongoError } from "../errors.ts";
import { doubleOf, isNothing, typeOf } from "./arithmetic.ts";

export type NumberName = "int" | "long" | "double" | "decimal";

/** `$toInt` and the like: numbers, booleans, texts of numbers, and dates as milliseconds. */
export function toNumberType(value: unknown, to: NumberName): unknown {
  if (isNothing(value)) return null;
  const number = numberFrom(value, to);
  if (number === undefined) {
    throw failed(
      `Unsupported conversion from ${typeOf(value)} to ${to} in $convert with no onError value`,
    );
  }
  if (to === "decimal") return decimalOf(number);
  if (to === "double") return asDouble(doubleOf(number));
  return wholeNumber(number, to);
}

function wholeNumber(value: unknown, to: "int" | "long"): unknown {
  const kind = numberKind(value);
  const isWhole = kind === "int" || kind === "long";
  if (!isWhole && !Number.isFinite(doubleOf(value))) {
    throw failed("Attempt to convert NaN or infinity value to integer type in $convert");
  }
  const whole = isWhole ? wholeOf(value) : truncated(value);
  const converted = asWhole(whole, to);
  if (numberKind(converted) === to) return converted;
  throw failed("Conversion would overflow target type in $convert with no onError value");
}

function truncated(value: unknown): bigint {
  return BigInt(Math.trunc(doubleOf(value)));
}

function numberFrom(value: unknown, to: NumberName): unknown {
  if (numberKind(value) !== undefined) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return to === "int" ? undefined : Long.fromNumber(value.getTime());
  return typeof value === "string" ? parsed(value, to) : undefined;
}

function parsed(text: string, to: NumberName): unknown {
  const isWhole = to === "int" || to === "long";
  const pattern = isWhole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  if (!pattern.test(text)) {
    throw failed(`Failed to parse number '${text}' in $convert with no onError value`);
  }
  if (isWhole) return asWhole(BigInt(text.replace("+", "")), "long");
  return to === "decimal" ? Decimal128.fromString(text) : asDouble(Number(text));
}

/** `$toString` of what the library does not know: BSON's numbers and ids. */
export function textOfBson(value: unknown): string | undefined {
  if (value instanceof Double) return `${value.value}`;
  const isKnown = value instanceof ObjectId || value instanceof Decimal128 || Long.isLong(value);
  return isKnown ? value.toString() : undefined;
}

function failed(text: string): MongoError {
  return new MongoError("ConversionFailure", text);
}
