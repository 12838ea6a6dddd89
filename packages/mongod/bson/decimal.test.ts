import { Decimal128, Double, Long } from "bson";
import { expect, test } from "vitest";
import {
  addDecimals,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  subtractDecimals,
} from "./decimal.ts";

const decimal = (text: string) => Decimal128.fromString(text);
const text = (value: Decimal128) => value.toString();

test("decimals are added, subtracted and multiplied exactly", () => {
  expect(text(addDecimals(decimal("0.1"), decimal("0.2")))).toBe("0.3");
  expect(text(addDecimals(decimal("1E+3"), decimal("0.001")))).toBe("1000.001");
  expect(text(subtractDecimals(decimal("1.10"), decimal("2")))).toBe("-0.90");
  expect(text(multiplyDecimals(decimal("1.1"), decimal("1.1")))).toBe("1.21");
});

test("quotients have 34 digits, and no more zeros than they need", () => {
  expect(text(divideDecimals(decimal("10"), decimal("4")))).toBe("2.5");
  expect(text(divideDecimals(decimal("6"), decimal("2")))).toBe("3");
  expect(text(divideDecimals(decimal("2"), decimal("3")))).toBe(`0.${"6".repeat(33)}7`);
});

test("what has too many digits is rounded half to even", () => {
  const nines = decimal("9".repeat(34));
  expect(text(addDecimals(nines, decimal("1")))).toBe("1.000000000000000000000000000000000E+34");
  expect(text(addDecimals(nines, decimal("0.4")))).toBe("9".repeat(34));
});

test("infinities and what is no number stay what they are", () => {
  expect(text(addDecimals(decimal("Infinity"), decimal("1")))).toBe("Infinity");
  expect(text(multiplyDecimals(decimal("NaN"), decimal("1")))).toBe("NaN");
});

test("other numbers become decimals by their value", () => {
  expect(text(decimalOf(Long.fromString("9007199254740993")))).toBe("9007199254740993");
  expect(text(decimalOf(new Double(0.1)))).toBe("0.100000000000000");
  expect(text(decimalOf(7))).toBe("7");
});
