import type { Document } from "bson";
import type { MongoError } from "../errors.ts";

export interface WriteFailure {
  readonly index: number;
  readonly error: MongoError;
}

/** The reply of a batch of writes, with what was wrong with single ones. */
export function writeReply(counts: Document, failures: readonly WriteFailure[]): Document {
  if (failures.length === 0) return { ...counts, ok: 1 };
  const writeErrors = failures.map(({ index, error }) => ({
    index,
    code: error.code,
    ...error.details,
    errmsg: error.message,
  }));
  return { ...counts, writeErrors, ok: 1 };
}
