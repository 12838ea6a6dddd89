import type { Document } from "bson";
import { isInterruption, type MongoError, toMongoError } from "../errors.ts";
import type { Steps, Turns } from "../turns.ts";

export interface WriteFailure {
  readonly index: number;
  readonly error: MongoError;
}

interface Batch<Write> {
  readonly writes: readonly Write[];
  /** Nothing is done after the first failure. */
  readonly ordered: boolean;
  readonly turns: Turns;
}

/**
 * Does writes one after the other, and gives what was wrong with single ones. What interrupts a
 * command ends it as a whole: it throws.
 */
export function* inBatch<Write>(
  { writes, ordered, turns }: Batch<Write>,
  write: (one: Write, index: number) => Steps<void>,
): Steps<WriteFailure[]> {
  const failures: WriteFailure[] = [];
  for (const [index, one] of writes.entries()) {
    if (turns.isOver()) {
      yield undefined;
      turns.begin();
    }
    try {
      yield* write(one, index);
    } catch (thrown) {
      const error = toMongoError(thrown);
      if (isInterruption(error)) throw error;
      failures.push({ index, error });
      if (ordered) break;
    }
  }
  return failures;
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
