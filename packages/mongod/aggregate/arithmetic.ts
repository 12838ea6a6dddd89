import { Decimal128, Long } from "bson";
import { toNumber, typeName } from "../arguments.ts";
import {
  addDecimals,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  subtractDecimals,
} from "../bson/decimal.ts";
import { asDouble, asWhole, type NumberKind, numberKind, wholeOf } from "../bson/numbers.ts";
import { type ErrorName, MongoError } from "../errors.ts";

/** One operation on two numbers, in the three ways in which numbers are worked with. */
interface Operation {
  whole(a: bigint, b: bigint): bigint;
  double(a: number, b: number): number;
  decimal(a: Decimal128, b: Decimal128): Decimal128;
}

const addition: Operation = {
  whole: (a, b) => a + b,
  double: (a, b) => a + b,
  decimal: addDecimals,
};
const subtraction: Operation = {
  whole: (a, b) => a - b,
  double: (a, b) => a - b,
  decimal: subtractDecimals,
};
const multiplication: Operation = {
  whole: (a, b) => a * b,
  double: (a, b) => a * b,
  decimal: multiplyDecimals,
};

const widths: readonly NumberKind[] = ["int", "long", "double", "decimal"];

/** The wider of two kinds. */
export function wider(a: NumberKind, b: NumberKind): NumberKind {
  return widths.indexOf(a) > widths.indexOf(b) ? a : b;
}

/** The result has the wider type of the two; an int that overflows is a long, a long a double. */
function calculate(a: unknown, b: unknown, operation: Operation): unknown {
  const kinds = [numberKind(a), numberKind(b)];
  if (typeof a === "number" && typeof b === "number" && kinds.every((kind) => kind === "int")) {
    const result = operation.double(a, b) + 0;
    if ((result | 0) === result) return result;
  }
  const kind = wider(numberKind(a) ?? "double", numberKind(b) ?? "double");
  if (kind === "decimal") return operation.decimal(decimalOf(a), decimalOf(b));
  if (kind === "double") return asDouble(operation.double(doubleOf(a), doubleOf(b)));
  return asWhole(operation.whole(wholeOf(a), wholeOf(b)), kind);
}

export function doubleOf(value: unknown): number {
  return toNumber(value) ?? Number.NaN;
}

/** Numbers, and one date at most. */
export function add(values: readonly unknown[]): unknown {
  let sum: unknown = 0;
  let date: Date | undefined;
  for (const value of values) {
    if (isNothing(value)) return null;
    if (value instanceof Date) {
      if (date)
        throw new MongoError("Location16612", "only one date allowed in an $add expression");
      date = value;
      continue;
    }
    const text = `$add only supports numeric or date types, not ${typeOf(value)}`;
    sum = calculate(sum, checked(value, "Location16554", text), addition);
  }
  return date ? new Date(date.getTime() + Math.round(doubleOf(sum))) : sum;
}

export function multiply(values: readonly unknown[]): unknown {
  let product: unknown = 1;
  for (const value of values) {
    if (isNothing(value)) return null;
    const text = `$multiply only supports numeric types, not ${typeOf(value)}`;
    product = calculate(product, checked(value, "Location16555", text), multiplication);
  }
  return product;
}

export function subtract([a, b]: readonly unknown[]): unknown {
  if (isNothing(a) || isNothing(b)) return null;
  if (a instanceof Date && b instanceof Date) return Long.fromNumber(a.getTime() - b.getTime());
  if (a instanceof Date && numberKind(b)) return new Date(a.getTime() - Math.round(doubleOf(b)));
  const text = `can't $subtract ${typeOf(b)} from ${typeOf(a)}`;
  return calculate(
    checked(a, "Location16556", text),
    checked(b, "Location16556", text),
    subtraction,
  );
}

/** Always a double, or a decimal. */
export function divide([a, b]: readonly unknown[]): unknown {
  if (isNothing(a) || isNothing(b)) return null;
  const text = `$divide only supports numeric types, not ${typeOf(a)} and ${typeOf(b)}`;
  const [left, right] = [checked(a, "Location16609", text), checked(b, "Location16609", text)];
  if (doubleOf(right) === 0) throw new MongoError("BadValue", "can't $divide by zero");
  if (wider(kindOf(left), kindOf(right)) !== "decimal") {
    return asDouble(doubleOf(left) / doubleOf(right));
  }
  return divideDecimals(decimalOf(left), decimalOf(right));
}

export function modulo([a, b]: readonly unknown[]): unknown {
  if (isNothing(a) || isNothing(b)) return null;
  const text = `$mod only supports numeric types, not ${typeOf(a)} and ${typeOf(b)}`;
  const [left, right] = [checked(a, "Location16611", text), checked(b, "Location16611", text)];
  if (doubleOf(right) === 0) throw new MongoError("Location16610", "can't $mod by zero");
  const remainder: Operation = {
    whole: (x, y) => x % y,
    double: (x, y) => x % y,
    decimal: (x, y) => decimalOf(asDouble(doubleOf(x) % doubleOf(y))),
  };
  return calculate(left, right, remainder);
}

/** A whole result where both are whole and it fits, else a double. */
export function power([base, exponent]: readonly unknown[]): unknown {
  if (isNothing(base) || isNothing(exponent)) return null;
  const text = `$pow's arguments must be numeric, not ${typeOf(base)} and ${typeOf(exponent)}`;
  checked(base, "Location28762", text);
  checked(exponent, "Location28763", text);
  const kind = wider(kindOf(base), kindOf(exponent));
  const double = doubleOf(base) ** doubleOf(exponent);
  if (kind === "decimal") return decimalOf(asDouble(double));
  const isWhole = kind !== "double" && doubleOf(exponent) >= 0 && Math.abs(double) < 2 ** 64;
  return isWhole ? asWhole(wholeOf(base) ** wholeOf(exponent), kind) : asDouble(double);
}

export function absolute(value: unknown): unknown {
  if (isNothing(value)) return null;
  checked(value, "Location28765", `$abs only supports numeric types, not ${typeOf(value)}`);
  return doubleOf(value) < 0 ? calculate(0, value, subtraction) : value;
}

export type Rounding = "$ceil" | "$floor" | "$round" | "$trunc";

const roundings: Readonly<Record<Rounding, (value: number) => number>> = {
  $ceil: Math.ceil,
  $floor: Math.floor,
  $round: halfToEven,
  $trunc: Math.trunc,
};

/** To so many places behind the point, or before it if `place` is negative. Keeps the type. */
export function round(name: Rounding, value: unknown, place: unknown = 0): unknown {
  if (isNothing(value) || isNothing(place)) return null;
  checked(value, "Location51081", `${name} only supports numeric types, not ${typeOf(value)}`);
  const places = doubleOf(place);
  if (!Number.isInteger(places) || places < -20 || places > 100) {
    const text = `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`;
    throw new MongoError("Location51083", text);
  }
  const kind = kindOf(value);
  if (kind === "int" || kind === "long") {
    return places >= 0 ? value : asWhole(roundWhole(name, wholeOf(value), -places), kind);
  }
  const rounded = asDouble(roundDouble(name, doubleOf(value), places));
  return kind === "decimal" ? roundDecimal(name, value, places) : rounded;
}

function roundDouble(name: Rounding, value: number, places: number): number {
  if (!Number.isFinite(value)) return value;
  if (places === 0) return roundings[name](value);
  // By its digits in text, as a product with a power of ten is not exact.
  const [digits = "0", exponent = "0"] = `${value}`.split("e");
  const shifted = Number(`${digits}e${Number(exponent) + places}`);
  const [result = "0", shift = "0"] = `${roundings[name](shifted)}`.split("e");
  return Number(`${result}e${Number(shift) - places}`);
}

function roundWhole(name: Rounding, value: bigint, zeros: number): bigint {
  const unit = 10n ** BigInt(zeros);
  const quotient = value / unit;
  const rest = value % unit;
  const magnitude = rest < 0n ? -rest : rest;
  const isUp =
    name === "$round" &&
    (magnitude * 2n > unit || (magnitude * 2n === unit && quotient % 2n !== 0n));
  return (quotient + (isUp ? (value < 0n ? -1n : 1n) : 0n)) * unit;
}

function roundDecimal(name: Rounding, value: unknown, places: number): Decimal128 {
  const text = decimalOf(value).toString();
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]\d+))?$/.exec(text);
  if (!match) return decimalOf(value);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const surplus = fraction.length - Number(exponent) - places;
  if (surplus <= 0) return decimalOf(value);
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const unit = 10n ** BigInt(surplus);
  const isExact = digits % unit === 0n;
  const down = name === "$floor" && digits < 0n && !isExact ? -1n : 0n;
  const up = name === "$ceil" && digits > 0n && !isExact ? 1n : 0n;
  const result = roundWhole(name, digits, surplus) / unit + down + up;
  return Decimal128.fromString(`${result}E${-places}`);
}

function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

export function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function kindOf(value: unknown): NumberKind {
  return numberKind(value) ?? "double";
}

/** The name of a value's type in the texts of errors. */
export function typeOf(value: unknown): string {
  return value === undefined ? "missing" : (numberKind(value) ?? typeName(value));
}

function checked(value: unknown, code: ErrorName, text: string): unknown {
  if (numberKind(value) === undefined) throw new MongoError(code, text);
  return value;
}

/** Adds up with the rest that each addition of doubles loses, so that little is lost in all. */
export class Sum {
  #kind: NumberKind = "int";
  #whole = 0n;
  #double = 0;
  #lost = 0;
  #decimal = Decimal128.fromString("0");

  add(value: unknown): void {
    const kind = kindOf(value);
    this.#kind = wider(this.#kind, kind);
    if (kind === "decimal") this.#decimal = addDecimals(this.#decimal, decimalOf(value));
    else if (kind === "double") this.#addDouble(doubleOf(value));
    else this.#whole += wholeOf(value);
  }

  result(): unknown {
    if (this.#kind === "int" || this.#kind === "long") return asWhole(this.#whole, this.#kind);
    const doubles = this.#double + (Number.isFinite(this.#double) ? this.#lost : 0);
    if (this.#kind === "double") return asDouble(Number(this.#whole) + doubles);
    const wholes = Decimal128.fromString(`${this.#whole}`);
    const others = addDecimals(wholes, decimalOf(asDouble(doubles)));
    return addDecimals(this.#decimal, doubles === 0 ? wholes : others);
  }

  /** Neumaier's sum. */
  #addDouble(value: number): void {
    const sum = this.#double + value;
    const larger = Math.abs(this.#double) >= Math.abs(value);
    this.#lost += larger ? this.#double - sum + value : value - sum + this.#double;
    this.#double = sum;
  }
}
