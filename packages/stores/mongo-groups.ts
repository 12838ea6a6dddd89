import type { CallScope } from "@faultline/rpc/call";
import {
  type BulkWriteOptions,
  type Collection,
  type InsertOneModel,
  MongoBulkWriteError,
  MongoError,
  MongoInvalidArgumentError,
  MongoServerError,
  type UpdateOneModel,
} from "mongodb";
import { type Bounds, boundsOf } from "./mongo-bounds.ts";
import { throwIfOver } from "./within-scope.ts";

/** With as many writes a group takes no further call. */
const togetherMax = 64;
/** After so long, in milliseconds, a group without an answer keeps the next one back no longer. */
const keptBackDefaultMs = 30;

/** An update that upserts if nothing matches. */
export type Write =
  | { readonly insertOne: InsertOneModel }
  | { readonly updateOne: UpdateOneModel & { upsert: true } };

/** What became of one write of a group. */
type Outcome = { readonly upserted: boolean } | { readonly error: unknown };

interface Waiting {
  readonly writes: readonly Write[];
  readonly scope: CallScope;
  readonly settle: (outcomes: readonly Outcome[]) => void;
}

export interface WriteGroupsSettings {
  readonly collection: Collection;
  /** Write concern. */
  readonly options?: BulkWriteOptions;
  readonly keptBackMs?: number;
}

/**
 * Sends writes that come while others are under way together, in one command and in any order: a command costs client
 * and server much, and one more write in it little. While nothing is under way, nothing waits. All writes of one
 * must be of one kind: of mixed ones the driver does not tell rightly which upserted.
 */
export class WriteGroups {
  readonly #collection: Collection;
  readonly #options: BulkWriteOptions;
  readonly #keptBackMs: number;
  readonly #waiting: Waiting[] = [];
  #keptBack = false;

  constructor({ collection, options = {}, keptBackMs = keptBackDefaultMs }: WriteGroupsSettings) {
    this.#collection = collection;
    this.#options = options;
    this.#keptBackMs = keptBackMs;
  }

  /** Answers which of the writes upserted. Throws the error of the first that failed; the others are done all the same. */
  async write(writes: readonly Write[], scope: CallScope): Promise<boolean[]> {
    const outcomes = await new Promise<readonly Outcome[]>((settle) => {
      this.#waiting.push({ writes, scope, settle });
      if (!this.#keptBack) this.#sendNext();
    });
    return outcomes.map((outcome) => {
      if ("error" in outcome) throw outcome.error;
      return outcome.upserted;
    });
  }

  #sendNext(): void {
    const group = this.#take();
    this.#keptBack = group.length > 0;
    if (!this.#keptBack) return;
    let isNext = true;
    const goOn = () => {
      clearTimeout(timer);
      if (isNext) this.#sendNext();
      isNext = false;
    };
    const timer = setTimeout(goOn, this.#keptBackMs);
    void this.#send(group).then(goOn);
  }

  #take(): Waiting[] {
    const group: Waiting[] = [];
    for (let writes = 0; writes < togetherMax; ) {
      const next = this.#waiting.shift();
      if (!next) break;
      const error = reasonToLeave(next.scope);
      if (error) {
        // Nobody would hear what becomes of these writes: they are not made.
        next.settle([{ error }]);
        continue;
      }
      group.push(next);
      writes += next.writes.length;
    }
    return group;
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    const writes = group.flatMap((waiting) => waiting.writes);
    // The server stops when the last of them would: the others have left by then.
    const deadlineMs = Math.max(...group.map(({ scope }) => scope.deadlineMs));
    const outcomes = await this.#outcomes(writes, boundsOf({ deadlineMs }));
    if (group.length > 1 && outcomes.every(isOfClient)) {
      // Nothing was sent: what one of them has in it cannot be. The others need not suffer for that.
      for (const one of group) await this.#send([one]);
      return;
    }
    let from = 0;
    for (const { writes, settle } of group) {
      settle(outcomes.slice(from, from + writes.length));
      from += writes.length;
    }
  }

  async #outcomes(writes: readonly Write[], bounds: Bounds): Promise<Outcome[]> {
    const options = { ...this.#options, ...bounds, ordered: false };
    try {
      const [first, ...others] = writes;
      if (first && others.length === 0) return [await this.#alone(first, options)];
      const { upsertedIds } = await this.#collection.bulkWrite(writes, options);
      return writes.map((_, index) => ({ upserted: index in upsertedIds }));
    } catch (error) {
      return writes.map((_, index) => outcomeOf(error, index));
    }
  }

  /** For one write the driver has a way that costs a fifth less. */
  async #alone(write: Write, options: BulkWriteOptions): Promise<Outcome> {
    if ("insertOne" in write) {
      await this.#collection.insertOne(write.insertOne.document, options);
      return { upserted: false };
    }
    const { filter, update, upsert } = write.updateOne;
    const { upsertedCount } = await this.#collection.updateOne(filter, update, {
      ...options,
      upsert,
    });
    return { upserted: upsertedCount > 0 };
  }
}

function reasonToLeave(scope: CallScope): unknown {
  try {
    throwIfOver(scope);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Whether a write cannot be encoded, so that nothing has left; what befalls what has comes as an error of the bulk. */
function isOfClient(outcome: Outcome): boolean {
  if (!("error" in outcome)) return false;
  return (
    !(outcome.error instanceof MongoError) || outcome.error instanceof MongoInvalidArgumentError
  );
}

/** What an error of the whole says of the write at this place. */
function outcomeOf(error: unknown, index: number): Outcome {
  if (!(error instanceof MongoBulkWriteError)) return { error };
  const failed = [error.writeErrors].flat();
  // What befell the whole, such as a lost connection or an unmet write concern, may have befallen any write of it.
  if (error.errorResponse instanceof Error || failed.length === 0) return { error };
  const own = failed.find((one) => one.index === index);
  return own ? { error: serverError(own) } : { upserted: index in error.upsertedIds };
}

/** As the driver throws it for a write that is alone. */
function serverError({ code, errmsg = "" }: { code: number; errmsg?: string | undefined }) {
  return new MongoServerError({ code, errmsg });
}
