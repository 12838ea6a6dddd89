import { type CallScope, waited } from "@faultline/rpc/call";
import { throwIfOver } from "@faultline/stores/within-scope";
import { ofMongo } from "../store-failures.ts";
import type { CachedLists } from "./cached-lists.ts";
import type { Edges, Settled } from "./edges.ts";
import { outOfRoom } from "./full-document.ts";
import type { Pair } from "./graph-document.ts";

export interface SettlingParts {
  readonly edges: Edges;
  readonly cached: CachedLists;
  /** How long a change waits whose lists could not be taken away, until all replicas know of its note. */
  readonly knownAfterMs: number;
}

/**
 * Carries changes to their end: documents, then cached lists, then the note that it is pending. Wherever it stops, the
 * note remains and a repair goes on from there. Throws `SE_MONGODB_ERROR` if the database fails; what was asked for
 * may have happened or happen yet, and may be asked for again.
 */
export class Settling {
  readonly #edges: Edges;
  readonly #cached: CachedLists;
  readonly #knownAfterMs: number;

  constructor({ edges, cached, knownAfterMs }: SettlingParts) {
    this.#edges = edges;
    this.#cached = cached;
    this.#knownAfterMs = knownAfterMs;
  }

  /** Throws what `outOfRoom` makes, with nothing changed, if one of the documents is full. */
  async follow(pair: Pair, since: bigint, scope: CallScope): Promise<void> {
    const settled = await ofMongo(this.#edges.follow(pair, since, scope));
    await this.#answerable(pair, settled, scope);
    if (settled.withdrawn) throw outOfRoom(pair.followee, "followers");
  }

  async unfollow(pair: Pair, now: bigint, scope: CallScope): Promise<void> {
    await this.#answerable(pair, await ofMongo(this.#edges.unfollow(pair, now, scope)), scope);
  }

  async insertUser(user: bigint, scope: CallScope): Promise<void> {
    await ofMongo(this.#edges.ensure(user, scope));
  }

  /** Resumes a change. Answers whether nothing of it is left to do. */
  async resume(pair: Pair, scope: CallScope): Promise<boolean> {
    const settled = await this.#edges.agree(pair, scope);
    const { user, followee } = pair;
    if (settled.withdrawn)
      scope.log.warn("follow withdrawn", { user: `${user}`, followee: `${followee}` });
    return await this.#finish(pair, settled, scope);
  }

  /** Until the lists from before the change are gone, or all replicas know of its note. */
  async #answerable(pair: Pair, settled: Settled, scope: CallScope): Promise<void> {
    if (await this.#finish(pair, settled, scope)) return;
    if (!(await waited(this.#knownAfterMs, scope.signal))) throwIfOver(scope);
  }

  async #finish(pair: Pair, { tokens, copied }: Settled, scope: CallScope): Promise<boolean> {
    if (!copied) return true;
    // The change is done without Redis too; until a repair reaches it, the note stays.
    if (!(await this.#cached.forget(pair, scope))) return false;
    if (tokens.length === 0) return true;
    try {
      await this.#edges.clear(pair.user, tokens, scope);
      return true;
    } catch (error) {
      // Both documents agree: all that a note too many causes is a repair that finds nothing to do.
      scope.log.warn("settled change not cleared", { reason: String(error) });
      return false;
    }
  }
}
