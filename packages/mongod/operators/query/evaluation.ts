import { Binary } from "bson";
import { toNumber } from "../../arguments.ts";
import { readDouble, readInt32, readInt64 } from "../../bson/bytes.ts";
import { decodeElement } from "../../bson/codec.ts";
import { type Element, types } from "../../bson/element.ts";
import { MongoError } from "../../errors.ts";
import type { LeafPredicate } from "../../query/predicates.ts";

export function $mod(operand: unknown): LeafPredicate {
  if (!Array.isArray(operand))
    throw new MongoError("BadValue", "malformed mod, needs to be an array");
  if (operand.length < 2) throw new MongoError("BadValue", "malformed mod, not enough elements");
  if (operand.length > 2) throw new MongoError("BadValue", "malformed mod, too many elements");
  const divisor = toWhole(operand[0], "divisor");
  const remainder = toWhole(operand[1], "remainder");
  if (divisor === 0n) throw new MongoError("BadValue", "divisor cannot be 0");
  return {
    test: (element) => {
      const value = wholeOf(element);
      return value !== undefined && value % divisor === remainder;
    },
    expand: true,
  };
}

function toWhole(value: unknown, what: string): bigint {
  const number = toNumber(value);
  if (number === undefined || !Number.isFinite(number)) {
    throw new MongoError("BadValue", `malformed mod, ${what} not a number`);
  }
  return BigInt(Math.trunc(number));
}

export const $bitsAllSet = bits((value, mask) => (value & mask) === mask);
export const $bitsAllClear = bits((value, mask) => (value & mask) === 0n);
export const $bitsAnySet = bits((value, mask) => (value & mask) !== 0n);
export const $bitsAnyClear = bits((value, mask) => (value & mask) !== mask);

function bits(holds: (value: bigint, mask: bigint) => boolean) {
  return (operand: unknown): LeafPredicate => {
    const mask = maskOf(operand);
    return {
      test: (element) => {
        const value = element?.type === types.binary ? binaryOf(element) : exactWholeOf(element);
        return value !== undefined && holds(value, mask);
      },
      expand: true,
    };
  };
}

function maskOf(operand: unknown): bigint {
  if (operand instanceof Binary) return littleEndian(operand.value());
  if (Array.isArray(operand)) {
    return operand.reduce<bigint>((mask, position: unknown) => {
      const bit = toNumber(position);
      if (bit === undefined || !Number.isInteger(bit) || bit < 0 || bit > 1_000_000) {
        throw new MongoError("BadValue", "bit positions must be an integer >= 0");
      }
      return mask | (1n << BigInt(bit));
    }, 0n);
  }
  const number = toNumber(operand);
  if (number === undefined || !Number.isInteger(number) || number < 0) {
    throw new MongoError("BadValue", "takes an Array, a number, or a BinData");
  }
  return BigInt(number);
}

function binaryOf(element: Element): bigint {
  const value = decodeElement(element);
  return value instanceof Binary ? littleEndian(value.value()) : 0n;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** A number without its fraction, or undefined for what is no finite number. */
function wholeOf(element: Element | undefined): bigint | undefined {
  if (!element) return undefined;
  const { type, bytes, start } = element;
  if (type === types.int32) return BigInt(readInt32(bytes, start));
  if (type === types.int64) return readInt64(bytes, start);
  const number = type === types.double ? readDouble(bytes, start) : decimalOf(element);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : undefined;
}

function exactWholeOf(element: Element | undefined): bigint | undefined {
  if (
    element?.type === types.double &&
    !Number.isInteger(readDouble(element.bytes, element.start))
  ) {
    return undefined;
  }
  return wholeOf(element);
}

function decimalOf(element: Element): number {
  return element.type === types.decimal
    ? (toNumber(decodeElement(element)) ?? Number.NaN)
    : Number.NaN;
}
