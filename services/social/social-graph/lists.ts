import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Mongo } from "@faultline/stores/mongo";
import { ErrorCode, type Followee, serviceException } from "@faultline/thrift/social";
import { ofMongo } from "../store-failures.ts";
import type { CachedLists } from "./cached-lists.ts";
import type { Changing } from "./changing.ts";
import { collectionName, type Edge, type GraphDocument, inOrder } from "./graph-document.ts";

type Side = "followers" | "followees";

/** Reads whom a user follows and who follows a user: from Redis where that is certain, else from the database. */
export class Lists {
  readonly #documents: Collection<GraphDocument>;
  readonly #cached: CachedLists;
  readonly #changing: Changing;

  constructor(mongo: Mongo, cached: CachedLists, changing: Changing) {
    this.#documents = mongo.collection<GraphDocument>(collectionName);
    this.#cached = cached;
    this.#changing = changing;
  }

  /**
   * All followers whose follow was answered before, by whichever replica: a post that misses one misses him for good.
   * So it is certain first that the database knows of no change that may have left an old list in Redis. Nobody
   * follows somebody unknown.
   */
  async followers(user: bigint, scope: CallScope): Promise<bigint[]> {
    if (!(await this.#changing.has(user, scope))) {
      return (await this.#ids(user, "followers", scope)) ?? [];
    }
    const edges = (await this.#stored(user, "followers", scope)) ?? [];
    return edges.map((edge) => edge.user_id);
  }

  /** Throws for somebody unknown. */
  async followees(user: bigint, scope: CallScope): Promise<bigint[]> {
    const ids = await this.#ids(user, "followees", scope);
    if (ids) return ids;
    const text = "Cannot find user_id in MongoDB.";
    throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
  }

  /** From the database, as the cache need not know the times exactly. Somebody unknown follows nobody. */
  async followeesWithTimes(user: bigint, scope: CallScope): Promise<Followee[]> {
    const edges = (await this.#stored(user, "followees", scope)) ?? [];
    return edges.map(({ user_id, timestamp }) => ({ userId: user_id, since: timestamp }));
  }

  async #ids(user: bigint, side: Side, scope: CallScope): Promise<bigint[] | undefined> {
    const key = `${user}:${side}` as const;
    const known = await this.#cached.read(key, scope);
    if (known) return known;

    const filling = await this.#cached.beginFilling(key, scope);
    const edges = await this.#stored(user, side, scope);
    if (edges && filling) await this.#cached.publish(filling, edges, scope);
    return edges?.map((edge) => edge.user_id);
  }

  async #stored(user: bigint, side: Side, scope: CallScope): Promise<Edge[] | undefined> {
    const find = this.#documents.findOne({ user_id: user }, scope, { projection: { [side]: 1 } });
    const document = await ofMongo(find);
    return document ? inOrder(document[side]) : undefined;
  }
}
