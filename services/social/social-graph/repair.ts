import type { CallScope } from "@faultline/rpc/call";
import { unavailable } from "@faultline/rpc/errors";
import type { Collection, Mongo } from "@faultline/stores/mongo";
import type { CachedLists } from "./cached-lists.ts";
import { collectionName, type GraphDocument, int64, type Pair } from "./graph-document.ts";
import type { Settling } from "./settling.ts";

/** Younger changes are probably still under way; to repair them too would do no harm. */
const underWayMs = 5_000;

/** As many users as are read at once. */
const usersMax = 100;

export interface RepairSettings {
  readonly mongo: Mongo;
  readonly cached: CachedLists;
  readonly settling: Settling;
  readonly now: () => number;
}

/** Finds changes that were interrupted and carries them to their end. Several repairs at once are harmless. */
export class Repair {
  readonly #documents: Collection<GraphDocument>;
  readonly #cached: CachedLists;
  readonly #settling: Settling;
  readonly #now: () => number;

  constructor({ mongo, cached, settling, now }: RepairSettings) {
    this.#documents = mongo.collection<GraphDocument>(collectionName);
    this.#cached = cached;
    this.#settling = settling;
    this.#now = now;
  }

  /**
   * Ends all changes that are old enough; while cached lists are not trusted, all there are, and then lists are
   * trusted again. Throws, with the others ended, if one of them cannot be.
   */
  async sweep(scope: CallScope): Promise<void> {
    if (this.#cached.trusted) return await this.#settle(this.#now() - underWayMs, scope);
    await this.#cached.regainTrust(() => this.#settle(Number.MAX_SAFE_INTEGER, scope));
  }

  async #settle(beforeMs: number, scope: CallScope): Promise<void> {
    const filter = { "pending.at": { $lte: BigInt(beforeMs) } };
    const options = { projection: { user_id: 1, pending: 1 }, limit: usersMax } as const;
    for (;;) {
      const documents = await this.#documents.find(filter, scope, options);
      const left = await this.#resumeAll(documents.flatMap(pairsOf), scope);
      if (left > 0) throw unavailable(`${left} changes are still to be settled`);
      if (documents.length < usersMax) return;
    }
  }

  /** Answers how many could not be ended. */
  async #resumeAll(pairs: readonly Pair[], scope: CallScope): Promise<number> {
    let left = 0;
    for (const pair of pairs) {
      try {
        if (!(await this.#settling.resume(pair, scope))) left++;
      } catch (error) {
        left++;
        scope.log.warn("change not settled", { reason: String(error) });
      }
    }
    return left;
  }
}

/** Whom the pending changes of a user concern, each once. */
function pairsOf({ user_id, pending = [] }: GraphDocument): Pair[] {
  const user = int64(user_id);
  const followees = new Set(pending.map((change) => int64(change.user_id)));
  return [...followees].flatMap((followee) => {
    return user === undefined || followee === undefined ? [] : [{ user, followee }];
  });
}
