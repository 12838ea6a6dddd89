import { randomBytes } from "node:crypto";
import type { CallScope } from "@faultline/rpc/call";
import { exhausted } from "@faultline/rpc/errors";
import type { Collection, Mongo } from "@faultline/stores/mongo";
import { isTooLarge, outOfRoom } from "./full-document.ts";
import { collectionName, type GraphDocument, int64, type Pair } from "./graph-document.ts";
import { type Fence, Mirror } from "./mirror.ts";

const durable = { durable: true } as const;

/** As many changes of one user as may wait for their settling; a Redis that is long gone lets them add up. */
const pendingMax = 1_000;

/** What the follower's own document says: since when he follows, if at all, and the changes still pending. */
interface Said {
  readonly since: bigint | undefined;
  readonly tokens: readonly string[];
  /** Those of other pairs too. */
  readonly pending: number;
}

/** What both documents agree on now. */
export interface Settled {
  /** The changes that this settles, which are still to be cleared. */
  readonly tokens: readonly string[];
  /** Whether the followee's document may have been brought up to date, so that lists made before are old. */
  readonly copied: boolean;
  /** The followee's document had no room, so that the following has been ended. */
  readonly withdrawn: boolean;
}

/**
 * Who follows whom, in the documents of both. The follower's own document decides: one update changes it and notes
 * the change as pending; then the other document is made to agree with what the first says at that time.
 */
export class Edges {
  readonly #documents: Collection<GraphDocument>;
  readonly #mirror: Mirror;

  constructor(mongo: Mongo) {
    this.#documents = mongo.collection<GraphDocument>(collectionName);
    this.#mirror = new Mirror(this.#documents);
  }

  /** Throws what `outOfRoom` makes, with nothing changed, if the follower's document is full. */
  async follow(pair: Pair, since: bigint, scope: CallScope): Promise<Settled> {
    const fence = await this.#mirror.fence(pair, scope);
    const token = newToken();
    const begun = await this.#beginFollowing(pair, { since, token }, scope);
    return begun ? await this.#copy(pair, { since, token, fence }, scope) : this.#keep(pair, scope);
  }

  /** Somebody unknown does not follow already, and stays unknown. */
  async unfollow(pair: Pair, now: bigint, scope: CallScope): Promise<Settled> {
    const fence = await this.#mirror.fence(pair, scope);
    const token = newToken();
    const ended = await this.#endFollowing(pair, { now, token }, scope);
    const since = undefined;
    return ended ? await this.#copy(pair, { since, token, fence }, scope) : this.#keep(pair, scope);
  }

  /** Makes the followee's document say what the follower's says. */
  async agree(pair: Pair, scope: CallScope): Promise<Settled> {
    let withdrawn = false;
    // Each further round means that somebody else got through, and the scope ends them all.
    for (;;) {
      const fence = await this.#mirror.fence(pair, scope);
      const { since, tokens } = await this.#said(pair, scope);
      const copied = await this.#mirror.copy(pair, { since, fence }, scope);
      if (copied === "done") return { tokens, copied: true, withdrawn };
      if (copied === "noRoom") withdrawn = await this.#withdraw(pair, since, scope);
    }
  }

  /** Forgets changes that are settled. */
  async clear(user: bigint, tokens: readonly string[], scope: CallScope): Promise<void> {
    const settled = { $pull: { pending: { token: { $in: tokens } } } };
    await this.#documents.updateOne({ user_id: user }, settled, scope);
  }

  /** Makes sure that the user has a document. */
  async ensure(user: bigint, scope: CallScope): Promise<void> {
    await this.#mirror.ensure(user, scope);
  }

  /** Copies a change just made, whose outcome is known without asking again. */
  async #copy(
    pair: Pair,
    { token, ...said }: { since: bigint | undefined; token: string; fence: Fence },
    scope: CallScope,
  ): Promise<Settled> {
    const copied = await this.#mirror.copy(pair, said, scope);
    if (copied === "done") return { tokens: [token], copied: true, withdrawn: false };
    const withdrawn = copied === "noRoom" && (await this.#withdraw(pair, said.since, scope));
    const settled = await this.agree(pair, scope);
    return { ...settled, withdrawn: withdrawn || settled.withdrawn };
  }

  /** Nothing was changed; all the same both documents have to say so. */
  async #keep(pair: Pair, scope: CallScope): Promise<Settled> {
    const [{ since, tokens }, known] = await Promise.all([
      this.#said(pair, scope),
      this.#mirror.known(pair, scope),
    ]);
    const agreed = tokens.length === 0 && since === known;
    return agreed ? { tokens, copied: false, withdrawn: false } : await this.agree(pair, scope);
  }

  /** Answers whether the user did not follow before. */
  async #beginFollowing(
    pair: Pair,
    { since, token }: { since: bigint; token: string },
    scope: CallScope,
  ): Promise<boolean> {
    const { user, followee } = pair;
    const followees = { user_id: followee, timestamp: since };
    const pending = { user_id: followee, token, at: since };
    const filter = { ...mayChange(user), "followees.user_id": { $ne: followee } };
    for (;;) {
      try {
        const begun = { $push: { followees, pending } };
        const { matched } = await this.#documents.updateOne(filter, begun, scope, durable);
        if (matched > 0) return true;
      } catch (error) {
        throw isTooLarge(error) ? outOfRoom(user, "followees") : error;
      }
      const said = await this.#said(pair, scope);
      if (said.since !== undefined) return false;
      assertFewPending(said);
      await this.ensure(user, scope);
    }
  }

  /** Answers whether the user followed before. */
  async #endFollowing(
    pair: Pair,
    { now, token }: { now: bigint; token: string },
    scope: CallScope,
  ): Promise<boolean> {
    const { user, followee } = pair;
    const pending = { user_id: followee, token, at: now };
    const filter = { ...mayChange(user), "followees.user_id": followee };
    const ended = { $pull: { followees: { user_id: followee } }, $push: { pending } };
    for (;;) {
      const { matched } = await this.#documents.updateOne(filter, ended, scope, durable);
      if (matched > 0) return true;
      const said = await this.#said(pair, scope);
      if (said.since === undefined) return false;
      assertFewPending(said);
    }
  }

  /** Ends a following that the followee's document has no room for, unless it is another one by now. */
  async #withdraw(pair: Pair, since: bigint | undefined, scope: CallScope): Promise<boolean> {
    const followees = { user_id: pair.followee, timestamp: since };
    const filter = { user_id: pair.user };
    await this.#documents.updateOne(filter, { $pull: { followees } }, scope, durable);
    return true;
  }

  async #said({ user, followee }: Pair, scope: CallScope): Promise<Said> {
    const projection = { followees: { $elemMatch: { user_id: followee } }, pending: 1 } as const;
    const document = await this.#documents.findOne({ user_id: user }, scope, { projection });
    const pending = document?.pending ?? [];
    const changes = pending.filter((change) => int64(change.user_id) === followee);
    return {
      since: int64(document?.followees?.[0]?.timestamp),
      tokens: changes.map((change) => change.token),
      pending: pending.length,
    };
  }
}

/** The user's document, if it may note one more change. */
function mayChange(user: bigint) {
  return { user_id: user, [`pending.${pendingMax - 1}`]: { $exists: false } };
}

function assertFewPending({ pending }: Said): void {
  if (pending < pendingMax) return;
  throw exhausted(`${pending} changes of this user are still to be settled`);
}

function newToken(): string {
  return randomBytes(9).toString("base64url");
}
