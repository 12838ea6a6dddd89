import type { Document } from "bson";
import { isInterruption, type MongoError, toMongoError } from "../errors.ts";
import type { Steps, Turns } from "../turns.ts";
import type { Call } from "./command.ts";

export interface WriteFailure {
  readonly index: number;
  readonly error: MongoError;
}

/** Writes that are done one after the other, and what the reply will say of them. */
export interface WriteBatch {
  readonly call: Call;
  readonly writes: readonly unknown[];
  /** Nothing is done after the first failure. */
  readonly ordered: boolean;
  readonly turns: Turns;
}

/**
 * Does the writes, and gives what was wrong with single ones. What interrupts a command ends it
 * as a whole: it throws. `write` had better be no closure: a generator function that is made
 * anew for each command shows in the cost of a write by key.
 */
export function* inBatch<Batch extends WriteBatch>(
  batch: Batch,
  write: (batch: Batch, one: unknown, index: number) => Steps<void>,
): Steps<WriteFailure[]> {
  const { writes, ordered, turns } = batch;
  const failures: WriteFailure[] = [];
  for (const [index, one] of writes.entries()) {
    if (turns.isOver()) {
      yield undefined;
      turns.begin();
    }
    try {
      yield* write(batch, one, index);
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
