import { Decimal128 } from "bson";
import { numberKind, wholeOf } from "./numbers.ts";

/** A finite decimal: `coefficient` times ten to the power of `exponent`. */
interface Parts {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const digitsMax = 34;

/** Any BSON number as a decimal; of a double, the 15 digits that MongoDB takes over. */
export function decimalOf(value: unknown): Decimal128 {
  if (value instanceof Decimal128) return value;
  if (numberKind(value) === "double") {
    const number = Number(value);
    return Decimal128.fromString(Number.isFinite(number) ? number.toPrecision(15) : `${number}`);
  }
  return Decimal128.fromString(wholeOf(value).toString());
}

export function addDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  return combined(a, b, {
    finite: (left, right) => {
      const exponent = Math.min(left.exponent, right.exponent);
      return { coefficient: scaled(left, exponent) + scaled(right, exponent), exponent };
    },
    otherwise: (left, right) => left + right,
  });
}

export function subtractDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  return combined(a, b, {
    finite: (left, right) => {
      const exponent = Math.min(left.exponent, right.exponent);
      return { coefficient: scaled(left, exponent) - scaled(right, exponent), exponent };
    },
    otherwise: (left, right) => left - right,
  });
}

export function multiplyDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  return combined(a, b, {
    finite: (left, right) => ({
      coefficient: left.coefficient * right.coefficient,
      exponent: left.exponent + right.exponent,
    }),
    otherwise: (left, right) => left * right,
  });
}

/** `b` is not zero. */
export function divideDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  return combined(a, b, {
    finite: (left, right) => {
      const shift = digitsMax + digitsOf(right.coefficient) + 1;
      const coefficient = (left.coefficient * 10n ** BigInt(shift)) / right.coefficient;
      const exponent = left.exponent - right.exponent;
      return withoutZeros({ coefficient, exponent: exponent - shift }, exponent);
    },
    otherwise: (left, right) => left / right,
  });
}

interface Operation {
  finite(a: Parts, b: Parts): Parts;
  /** For infinities and what is no number. */
  otherwise(a: number, b: number): number;
}

function combined(a: Decimal128, b: Decimal128, { finite, otherwise }: Operation): Decimal128 {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (left && right) return toDecimal(finite(left, right));
  return Decimal128.fromString(`${otherwise(Number(a.toString()), Number(b.toString()))}`);
}

function partsOf(value: Decimal128): Parts | undefined {
  const text = value.toString();
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  return {
    coefficient: BigInt(`${sign}${whole}${fraction}`),
    exponent: Number(exponent) - fraction.length,
  };
}

function scaled({ coefficient, exponent }: Parts, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}

function digitsOf(value: bigint): number {
  return value.toString().replace("-", "").length;
}

function withoutZeros({ coefficient, exponent }: Parts, exponentMax: number): Parts {
  let parts = { coefficient, exponent };
  while (parts.exponent < exponentMax && parts.coefficient % 10n === 0n) {
    parts = { coefficient: parts.coefficient / 10n, exponent: parts.exponent + 1 };
  }
  return parts;
}

/** Rounded half to even where there are more digits than a decimal can have. */
function toDecimal({ coefficient, exponent }: Parts): Decimal128 {
  const excess = digitsOf(coefficient) - digitsMax;
  const rounded =
    excess > 0
      ? { coefficient: roundedBy(coefficient, excess), exponent: exponent + excess }
      : { coefficient, exponent };
  return Decimal128.fromString(`${rounded.coefficient}E${rounded.exponent}`);
}

function roundedBy(value: bigint, digits: number): bigint {
  const unit = 10n ** BigInt(digits);
  const magnitude = value < 0n ? -value : value;
  const quotient = magnitude / unit;
  const twice = (magnitude % unit) * 2n;
  const isUp = twice > unit || (twice === unit && quotient % 2n === 1n);
  const result = quotient + (isUp ? 1n : 0n);
  return value < 0n ? -result : result;
}
