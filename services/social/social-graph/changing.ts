import { type CallScope, onOurOwn } from "@faultline/rpc/call";
import type { Collection } from "@faultline/stores/mongo";
import { withinScope } from "@faultline/stores/within-scope";
import { ofMongo } from "../store-failures.ts";
import { type GraphDocument, int64 } from "./graph-document.ts";

/**
 * How long, in milliseconds, what the database said of pending changes counts. A change that may have left an old list
 * in Redis is answered only after as long and a little more, so that whoever asks after that knows of it.
 */
export const lookCountsMs = 250;
const margin = 1.2;

/** How long one look may take. */
const lookLimitMs = 2_000;
/** If more users than these have changes that are pending, each is asked for by itself. */
const usersMax = 64;

interface Look {
  readonly sinceMs: number;
  /** Whose followers are changing; undefined if they are too many. */
  readonly users: ReadonlySet<bigint> | undefined;
}

/**
 * Whose followers are changing, by notes in the database that a change leaves before it is answered. One look at all of
 * them serves every question for a while: mostly there are none.
 */
export class Changing {
  readonly #documents: Collection<GraphDocument>;
  readonly #countsMs: number;
  #last: Look | undefined;
  #looking: { readonly sinceMs: number; readonly look: Promise<Look> } | undefined;

  constructor(documents: Collection<GraphDocument>, countsMs = lookCountsMs) {
    this.#documents = documents;
    this.#countsMs = countsMs;
  }

  /** How long a change waits that this is to know of. */
  get knownAfterMs(): number {
    return margin * this.#countsMs;
  }

  /** Whether there is, or was a moment ago, a change of this user's followers that Redis may not know of. */
  async has(user: bigint, scope: CallScope): Promise<boolean> {
    const askedMs = performance.now();
    let look = this.#last;
    while (!look || !this.#counts(look, askedMs))
      look = await withinScope(this.#look(scope), scope);
    return look.users ? look.users.has(user) : await this.#isChanging(user, scope);
  }

  /** A look that began after the question counts however long it took. */
  #counts({ sinceMs }: Look, askedMs: number): boolean {
    return sinceMs >= askedMs || performance.now() < sinceMs + this.#countsMs;
  }

  /** The look under way, or one that begins now if that is too old to count, as when it hangs. */
  #look(scope: CallScope): Promise<Look> {
    const sinceMs = performance.now();
    if (this.#looking && sinceMs < this.#looking.sinceMs + this.#countsMs)
      return this.#looking.look;
    const look = this.#begin(sinceMs, scope).finally(() => {
      if (this.#looking?.look === look) this.#looking = undefined;
    });
    this.#looking = { sinceMs, look };
    return look;
  }

  async #begin(sinceMs: number, scope: CallScope): Promise<Look> {
    const look = { sinceMs, users: await this.#users(onOurOwn(scope, lookLimitMs)) };
    if (!this.#last || this.#last.sinceMs < sinceMs) this.#last = look;
    return look;
  }

  async #users(scope: CallScope): Promise<Set<bigint> | undefined> {
    const options = { projection: { pending: 1 }, limit: usersMax + 1 } as const;
    // In the index there is nothing of documents whose changes are all settled.
    const pending = { "pending.at": { $gte: 0n } };
    const found = await ofMongo(this.#documents.find(pending, scope, options));
    if (found.length > usersMax) return undefined;
    const ids = found
      .flatMap((document) => document.pending ?? [])
      .map((one) => int64(one.user_id));
    return new Set(ids.filter((id) => id !== undefined));
  }

  async #isChanging(user: bigint, scope: CallScope): Promise<boolean> {
    const options = { projection: { user_id: 1 }, limit: 1 } as const;
    const found = await ofMongo(this.#documents.find({ "pending.user_id": user }, scope, options));
    return found.length > 0;
  }
}
