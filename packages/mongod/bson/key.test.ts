import { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareValues, keyOfValue } from "./key.ts";

test("types are ordered as MongoDB orders them", () => {
  const inOrder = [
    new MinKey(),
    null,
    1,
    "text",
    { a: 1 },
    [1],
    new Binary(Buffer.from([1])),
    new ObjectId(),
    false,
    new Date(0),
    new Timestamp(0n),
    /x/,
    new MaxKey(),
  ];
  expect([...inOrder].reverse().sort(compareValues)).toEqual(inOrder);
});

test("numbers are ordered by value, whatever their type", () => {
  const number = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger());
  fc.assert(
    fc.property(number, number, (a, b) => {
      const wrapped = Number.isInteger(a) && !Object.is(a, -0) ? Long.fromNumber(a) : new Double(a);
      const exact = Number.isSafeInteger(a) ? wrapped : new Double(a);
      const expected = Number.isNaN(a)
        ? Number.isNaN(b)
          ? 0
          : -1
        : Number.isNaN(b)
          ? 1
          : Math.sign(a - b);
      expect(Math.sign(compareValues(exact, new Double(b)))).toBe(expected || 0);
    }),
  );
});

test("longs beyond the reach of doubles keep their order", () => {
  fc.assert(
    fc.property(
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      (a, b) => {
        const order = compareValues(Long.fromBigInt(a), Long.fromBigInt(b));
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
      },
    ),
  );
});

test("equal values of different number types have one key", () => {
  const five = [new Int32(5), new Double(5), Long.fromNumber(5), Decimal128.fromString("5.0")];
  expect(new Set(five.map((value) => Buffer.from(keyOfValue(value)).toString("hex"))).size).toBe(1);
});

test("texts are ordered by their UTF-8 bytes, zero bytes included", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("", "\0", "a\0", "a", "a\0b"),
  );
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareValues(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test("no key begins with another, so that they can be laid side by side", () => {
  const value = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer()),
  );
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [left, right] = [Buffer.from(keyOfValue(a)), Buffer.from(keyOfValue(b))];
      const isPrefix = right.subarray(0, left.length).equals(left);
      expect(isPrefix).toBe(left.equals(right));
    }),
  );
});
