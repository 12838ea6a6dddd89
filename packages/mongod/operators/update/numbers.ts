import { Decimal128, Double, Int32, Long } from "bson";
import { isDocument, toNumber, typeName } from "../../arguments.ts";
import { addDecimals, decimalOf, multiplyDecimals } from "../../bson/decimal.ts";
import { textOf } from "../../bson/text.ts";
import { MongoError } from "../../errors.ts";
import { setAt, type Target, type UpdateOperator, valueAt } from "./target.ts";

export const $inc: UpdateOperator = {
  check: (operand, name) =>
    requireNumber(
      operand,
      `Cannot increment with non-numeric argument: {${name}: ${textOf(operand)}}`,
    ),
  apply: (target) =>
    arithmetic(target, {
      name: "$inc",
      missing: new Int32(0),
      long: (a, b) => a + b,
      double: (a, b) => a + b,
      decimal: addDecimals,
    }),
};

export const $mul: UpdateOperator = {
  check: (operand, name) =>
    requireNumber(
      operand,
      `Cannot multiply with non-numeric argument: {${name}: ${textOf(operand)}}`,
    ),
  apply: (target) =>
    arithmetic(target, {
      name: "$mul",
      missing: new Int32(0),
      long: (a, b) => a * b,
      double: (a, b) => a * b,
      decimal: multiplyDecimals,
    }),
};

interface Arithmetic {
  readonly name: string;
  readonly missing: Int32;
  long(a: bigint, b: bigint): bigint;
  double(a: number, b: number): number;
  decimal(a: Decimal128, b: Decimal128): Decimal128;
}

function requireNumber(operand: unknown, text: string): void {
  if (toNumber(operand) === undefined) throw new MongoError("TypeMismatch", text);
}

/** The result has the wider of the two types; an int that overflows becomes a long. */
function arithmetic(target: Target, operation: Arithmetic): void {
  const { name, missing } = operation;
  const current = valueAt(target);
  const { operand } = target;
  if (current === undefined) {
    setAt(target, name === "$inc" ? operand : calculate(missing, operand, operation));
    return;
  }
  if (toNumber(current) === undefined) {
    const id = textOf(target.document._id);
    const text =
      `Cannot apply ${name} to a value of non-numeric type. {_id: ${id}} has the field ` +
      `'${target.path.at(-1)}' of non-numeric type ${typeName(current)}`;
    throw new MongoError("TypeMismatch", text);
  }
  setAt(target, calculate(current, operand, operation));
}

function calculate(a: unknown, b: unknown, operation: Arithmetic): unknown {
  const { name, long, double, decimal } = operation;
  const [left, right] = [toNumber(a) ?? 0, toNumber(b) ?? 0];
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return decimal(decimalOf(a), decimalOf(b));
  }
  if (isFloating(a) || isFloating(b)) return new Double(double(left, right));
  const whole = long(toBigInt(a), toBigInt(b));
  const small = !Long.isLong(a) && !Long.isLong(b);
  if (small && whole >= -2147483648n && whole <= 2147483647n) return new Int32(Number(whole));
  if (BigInt.asIntN(64, whole) !== whole) {
    const text = `Failed to apply ${name} operations to current value (${textOf(a)}) for document`;
    throw new MongoError("BadValue", text);
  }
  return Long.fromBigInt(whole);
}

function isFloating(value: unknown): boolean {
  return value instanceof Double || (typeof value === "number" && !Number.isInteger(value));
}

function toBigInt(value: unknown): bigint {
  return Long.isLong(value) ? value.toBigInt() : BigInt(Math.trunc(toNumber(value) ?? 0));
}

/** `{ $bit: { field: { and | or | xor: integer } } }`. */
export const $bit: UpdateOperator = {
  check(operand, name) {
    const entries = isDocument(operand) ? Object.entries(operand) : [];
    if (entries.length === 0) {
      const text =
        `The $bit modifier is not compatible with a ${typeName(operand)}. You must pass ` +
        `in an embedded document: {$bit: {field: {and/or/xor: #}} (${name})`;
      throw new MongoError("BadValue", text);
    }
    for (const [operation, value] of entries) {
      if (!["and", "or", "xor"].includes(operation)) {
        const text = `The $bit modifier only supports 'and', 'or', and 'xor', not '${operation}'`;
        throw new MongoError("BadValue", text);
      }
      if (!isWhole(value)) {
        const text = `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(value)}' is not supported here`;
        throw new MongoError("BadValue", text);
      }
    }
  },
  apply(target) {
    let value: unknown = valueAt(target) ?? new Int32(0);
    if (!isWhole(value)) {
      const text =
        `Cannot apply $bit to a value of non-integral type. field ${target.path.join(".")} ` +
        `has the type ${typeName(value)}`;
      throw new MongoError("BadValue", text);
    }
    for (const [operation, operand] of Object.entries(target.operand ?? {})) {
      value = bitwise(operation, value, operand);
    }
    setAt(target, value);
  },
};

function bitwise(operation: string, a: unknown, b: unknown): unknown {
  const [left, right] = [toBigInt(a), toBigInt(b)];
  const result =
    operation === "and" ? left & right : operation === "or" ? left | right : left ^ right;
  return Long.isLong(a) || Long.isLong(b) ? Long.fromBigInt(result) : new Int32(Number(result));
}

function isWhole(value: unknown): boolean {
  return (
    value instanceof Int32 ||
    Long.isLong(value) ||
    (typeof value === "number" && Number.isInteger(value))
  );
}
