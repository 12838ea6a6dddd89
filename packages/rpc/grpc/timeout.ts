import { internal } from "../errors.ts";

// The protocol allows eight digits.
const numberMax = 99_999_999;

const unitsMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** A `grpc-timeout` for a deadline in milliseconds since the epoch; undefined if that is too far to be told. */
export function timeoutUntil(deadlineMs: number, nowMs: number): string | undefined {
  const leftMs = Math.max(1, Math.ceil(deadlineMs - nowMs));
  if (leftMs <= numberMax) return `${leftMs}m`;
  const leftS = Math.ceil(leftMs / 1_000);
  return leftS <= numberMax ? `${leftS}S` : undefined;
}

/** The deadline that a `grpc-timeout` means, in milliseconds since the epoch. Throws if it is malformed. */
export function deadlineAfter(timeout: string | undefined, nowMs: number): number {
  if (timeout === undefined) return Number.POSITIVE_INFINITY;
  const unitMs = unitsMs[timeout.slice(-1)];
  const digits = timeout.slice(0, -1);
  if (unitMs === undefined || !/^\d{1,8}$/.test(digits)) throw internal("malformed grpc-timeout");
  return nowMs + Number(digits) * unitMs;
}
