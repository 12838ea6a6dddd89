import { randomBytes } from "node:crypto";
import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Collection, Mongo, Update } from "@faultline/stores/mongo";
import { isTooLarge, outOfRoom } from "./full-document.ts";
import { collectionName, type GraphDocument, int64, type Pair } from "./graph-document.ts";

const durable = { durable: true } as const;

/** A prime, so that ids of every pattern spread over the fences. */
const fencesPerUser = 251n;

/** How often part of a document's followers was changed; `noDocument` if there is none yet. */
type Fence = number | "noDocument" | undefined;

/** What the follower's own document says: since when he follows, if at all, and the changes still pending. */
interface Said {
  readonly since: bigint | undefined;
  readonly tokens: readonly string[];
}

/**
 * Who follows whom, in the documents of both. The follower's own document decides: one update changes it and notes
 * the change as pending; then the other document is made to agree with what the first says at that time.
 *
 * Copying is guarded by a fence in the second document: it is read before the first, and the copy is made only if it
 * is still the same. So whoever read an older state can never overwrite a newer one, however late its write arrives.
 */
export class Edges {
  readonly #documents: Collection<GraphDocument>;

  constructor(mongo: Mongo) {
    this.#documents = mongo.collection<GraphDocument>(collectionName);
  }

  /**
   * Answers the changes that both documents know of now and that are still to be cleared; none if nothing changed.
   * Throws what `outOfRoom` makes, with nothing changed, if one of the documents is full.
   */
  async follow(pair: Pair, since: bigint, scope: CallScope): Promise<readonly string[]> {
    const fence = await this.#fence(pair, scope);
    const token = newToken();
    const changed = await this.#beginFollowing(pair, { since, token }, scope);
    if (!changed && (await this.#agreed(pair, scope))) return [];
    if (changed && (await this.#copied(pair, since, fence, scope))) return [token];
    return await this.agree(pair, scope);
  }

  /** Like `follow`. Somebody unknown does not follow already, and stays unknown. */
  async unfollow(pair: Pair, now: bigint, scope: CallScope): Promise<readonly string[]> {
    const { user, followee } = pair;
    const fence = await this.#fence(pair, scope);
    const token = newToken();
    const pending = { user_id: followee, token, at: now };
    const changed = await this.#change(
      { user_id: user, "followees.user_id": followee },
      { $pull: { followees: { user_id: followee } }, $push: { pending } },
      scope,
    );
    if (!changed && (await this.#agreed(pair, scope))) return [];
    if (changed && (await this.#copied(pair, undefined, fence, scope))) return [token];
    return await this.agree(pair, scope);
  }

  /** Makes the followee's document say what the follower's says, and answers the changes that this settles. */
  async agree(pair: Pair, scope: CallScope): Promise<readonly string[]> {
    // Each further round means that somebody else got through, and the scope ends them all.
    for (;;) {
      const fence = await this.#fence(pair, scope);
      const { since, tokens } = await this.#said(pair, scope);
      if (await this.#copied(pair, since, fence, scope)) return tokens;
    }
  }

  /** Forgets changes that are settled. */
  async clear(user: bigint, tokens: readonly string[], scope: CallScope): Promise<void> {
    const settled = { $pull: { pending: { token: { $in: tokens } } } };
    await this.#documents.updateOne({ user_id: user }, settled, scope);
  }

  /** Makes sure that the user has a document. */
  async ensure(user: bigint, scope: CallScope): Promise<void> {
    const empty = { $setOnInsert: { user_id: user, followers: [], followees: [] } };
    try {
      await this.#documents.updateOne({ user_id: user }, empty, scope, {
        ...durable,
        upsert: true,
      });
    } catch (error) {
      // Somebody else was first, which is as good.
      if (!(error instanceof ServiceError && error.code === "alreadyExists")) throw error;
    }
  }

  /** Answers whether the user did not follow before. */
  async #beginFollowing(
    { user, followee }: Pair,
    { since, token }: { since: bigint; token: string },
    scope: CallScope,
  ): Promise<boolean> {
    const followees = { user_id: followee, timestamp: since };
    const pending = { user_id: followee, token, at: since };
    const unfollowing = { user_id: user, "followees.user_id": { $ne: followee } };
    for (;;) {
      try {
        if (await this.#change(unfollowing, { $push: { followees, pending } }, scope)) return true;
      } catch (error) {
        throw isTooLarge(error) ? outOfRoom(user, "followees") : error;
      }
      const said = await this.#said({ user, followee }, scope);
      if (said.since !== undefined) return false;
      await this.ensure(user, scope);
    }
  }

  /** Whether both documents say the same and nothing is pending. */
  async #agreed(pair: Pair, scope: CallScope): Promise<boolean> {
    const { user, followee } = pair;
    const [said, other] = await Promise.all([
      this.#said(pair, scope),
      this.#documents.findOne({ user_id: followee, "followers.user_id": user }, scope, {
        projection: { followers: { $elemMatch: { user_id: user } } },
      }),
    ]);
    const known = int64(other?.followers?.[0]?.timestamp);
    return said.tokens.length === 0 && said.since === known;
  }

  async #said({ user, followee }: Pair, scope: CallScope): Promise<Said> {
    const projection = { followees: { $elemMatch: { user_id: followee } }, pending: 1 } as const;
    const document = await this.#documents.findOne({ user_id: user }, scope, { projection });
    const changes = document?.pending?.filter((change) => int64(change.user_id) === followee);
    return {
      since: int64(document?.followees?.[0]?.timestamp),
      tokens: changes?.map((change) => change.token) ?? [],
    };
  }

  async #fence({ user, followee }: Pair, scope: CallScope): Promise<Fence> {
    const projection = { [`fences.${fenceName(user)}`]: 1 } as const;
    const document = await this.#documents.findOne({ user_id: followee }, scope, { projection });
    return document ? document.fences?.[fenceName(user)] : "noDocument";
  }

  /** Whether the followee's document knows it now; it does not if another got there since the fence was read. */
  async #copied(
    pair: Pair,
    since: bigint | undefined,
    fence: Fence,
    scope: CallScope,
  ): Promise<boolean> {
    const { user, followee } = pair;
    if (fence === "noDocument") await this.ensure(followee, scope);
    const field = `fences.${fenceName(user)}`;
    const passed = typeof fence === "number" ? fence : { $exists: false };
    const filter = { user_id: followee, [field]: passed };
    const pass = { $inc: { [field]: 1 } };
    const without = { ...filter, "followers.user_id": { $ne: user } };
    const remove = { $pull: { followers: { user_id: user } }, ...pass };
    if (since === undefined) return await this.#removed(filter, remove, scope);

    const followers = { user_id: user, timestamp: since };
    try {
      if (await this.#change(without, { $push: { followers }, ...pass }, scope)) return true;
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      return await this.#withdraw(pair, since, scope);
    }
    const same = { ...filter, followers: { $elemMatch: followers } };
    if (await this.#change(same, pass, scope)) return true;
    // An entry of another time makes room first, and the next round adds the right one.
    await this.#removed(filter, remove, scope);
    return false;
  }

  async #removed(filter: object, remove: Update, scope: CallScope): Promise<boolean> {
    try {
      return await this.#change(filter, remove, scope);
    } catch (error) {
      // An entry takes more room than passing the fence: so there is none, and there can be none.
      if (isTooLarge(error)) return true;
      throw error;
    }
  }

  /** Ends a following that the followee's document has no room for. */
  async #withdraw(pair: Pair, since: bigint, scope: CallScope): Promise<never> {
    const { user, followee } = pair;
    const followees = { user_id: followee, timestamp: since };
    await this.#change({ user_id: user }, { $pull: { followees } }, scope);
    const tokens = await this.agree(pair, scope);
    await this.clear(user, tokens, scope);
    throw outOfRoom(followee, "followers");
  }

  /** Whether a document matched, and was changed. */
  async #change(filter: object, update: Update, scope: CallScope): Promise<boolean> {
    const { matched } = await this.#documents.updateOne(filter, update, scope, durable);
    return matched > 0;
  }
}

function fenceName(user: bigint): string {
  return `f${BigInt.asUintN(64, user) % fencesPerUser}`;
}

function newToken(): string {
  return randomBytes(9).toString("base64url");
}
