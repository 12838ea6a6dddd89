import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Update } from "@faultline/stores/mongo";
import { isDuplicate } from "../store-failures.ts";
import { isTooLarge } from "./full-document.ts";
import { type GraphDocument, int64, type Pair } from "./graph-document.ts";

const durable = { durable: true } as const;

/** A prime, so that ids of every pattern spread over the fences. */
const fencesPerUser = 251n;

/** How often part of a document's followers was changed; `noDocument` if there is none yet. */
export type Fence = number | "noDocument" | undefined;

/**
 * The followees' documents, which repeat what the followers' own documents say.
 *
 * A copy is guarded by a fence in the document that it is made to: the fence is read before the follower's document,
 * and the copy is made only if it is still the same. So whoever read an older state can never overwrite a newer one,
 * however late its write arrives.
 */
export class Mirror {
  readonly #documents: Collection<GraphDocument>;

  constructor(documents: Collection<GraphDocument>) {
    this.#documents = documents;
  }

  async fence({ user, followee }: Pair, scope: CallScope): Promise<Fence> {
    const projection = { [`fences.${fenceName(user)}`]: 1 } as const;
    const document = await this.#documents.findOne({ user_id: followee }, scope, { projection });
    return document ? document.fences?.[fenceName(user)] : "noDocument";
  }

  /** Since when the user follows, as far as the followee's document knows. */
  async known({ user, followee }: Pair, scope: CallScope): Promise<bigint | undefined> {
    const filter = { user_id: followee, "followers.user_id": user };
    const projection = { followers: { $elemMatch: { user_id: user } } } as const;
    const document = await this.#documents.findOne(filter, scope, { projection });
    return int64(document?.followers?.[0]?.timestamp);
  }

  /**
   * Makes the followee's document say since when the user follows, if he does. `again`: it does not yet, as another
   * got there since the fence was read.
   */
  async copy(
    pair: Pair,
    { since, fence }: { readonly since: bigint | undefined; readonly fence: Fence },
    scope: CallScope,
  ): Promise<"done" | "again" | "noRoom"> {
    const { user, followee } = pair;
    if (fence === "noDocument") await this.ensure(followee, scope);
    const field = `fences.${fenceName(user)}`;
    const passed = typeof fence === "number" ? fence : { $exists: false };
    const filter = { user_id: followee, [field]: passed };
    const pass = { $inc: { [field]: 1 } };
    const remove = { $pull: { followers: { user_id: user } }, ...pass };
    if (since === undefined) return await this.#removed(filter, remove, scope);

    const followers = { user_id: user, timestamp: since };
    const without = { ...filter, "followers.user_id": { $ne: user } };
    try {
      if (await this.#change(without, { $push: { followers }, ...pass }, scope)) return "done";
    } catch (error) {
      if (isTooLarge(error)) return "noRoom";
      throw error;
    }
    const same = { ...filter, followers: { $elemMatch: followers } };
    if (await this.#change(same, pass, scope)) return "done";
    // An entry of another time makes room first, and the next round adds the right one.
    await this.#removed(filter, remove, scope);
    return "again";
  }

  /** Makes sure that the user has a document. */
  async ensure(user: bigint, scope: CallScope): Promise<void> {
    const empty = { $setOnInsert: { user_id: user, followers: [], followees: [] } };
    const options = { ...durable, upsert: true };
    try {
      await this.#documents.updateOne({ user_id: user }, empty, scope, options);
    } catch (error) {
      // Somebody else was first, which is as good.
      if (!isDuplicate(error)) throw error;
    }
  }

  async #removed(filter: object, remove: Update, scope: CallScope): Promise<"done" | "again"> {
    try {
      return (await this.#change(filter, remove, scope)) ? "done" : "again";
    } catch (error) {
      // An entry takes more room than passing the fence: so there is none, and there can be none.
      if (isTooLarge(error)) return "done";
      throw error;
    }
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
