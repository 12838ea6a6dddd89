import { createClient } from "@redis/client";
import { type Db, MongoClient } from "mongodb";
import type { Server } from "./running.ts";

/** A post as it is stored. Ids and times are decimal numbers. */
export interface StoredPost {
  readonly postId: string;
  readonly timestamp: string;
  readonly author: string;
  readonly text: string;
}

/** A timeline in MongoDB or Redis, in the store's own order; times are those that the store has beside the id. */
export type StoredTimeline = readonly { readonly postId: string; readonly timestamp: string }[];

/** The two lists of a user in the social graph. */
export interface StoredLists {
  readonly followers: readonly string[];
  readonly followees: readonly string[];
}

interface Moment {
  readonly post_id: bigint;
  readonly timestamp: bigint;
}

interface Edge {
  readonly user_id: bigint;
}

/** What the stores of a running application hold, read past its services. */
export class Stores {
  readonly #mongo = new Map<string, MongoClient>();
  readonly #redis = new Map<string, ReturnType<typeof openRedis>>();
  readonly #servers: readonly Server[];

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#mongo.values()].map((client) => client.close()));
    for (const client of this.#redis.values()) client.destroy();
  }

  /** How many posts have yet to reach all timelines, and changes of the graph the other user's document. */
  async unfinished(): Promise<number> {
    const open = { fanout: { $exists: true } };
    const pending = { "pending.0": { $exists: true } };
    return (
      (await this.#database("post").collection("post").countDocuments(open)) +
      (await this.#database("social-graph").collection("social-graph").countDocuments(pending))
    );
  }

  async postsBy(authors: readonly number[]): Promise<StoredPost[]> {
    const found = this.#database("post")
      .collection("post")
      .find({ "creator.user_id": { $in: authors.map(BigInt) } });
    return (await found.toArray()).map(({ post_id, timestamp, creator, text }) => ({
      ...{ postId: `${post_id}`, timestamp: `${timestamp}` },
      ...{ author: `${creator.user_id}`, text: `${text}` },
    }));
  }

  /** Whole, those documents included that the oldest posts have moved to. */
  async userTimeline(user: number): Promise<StoredTimeline> {
    const database = this.#database("user-timeline");
    const own = await database.collection("user-timeline").findOne({ user_id: BigInt(user) });
    const older = await database
      .collection("older-posts")
      .find({ user_id: BigInt(user) })
      .sort({ "newest.timestamp": -1, "newest.post_id": -1 })
      .toArray();
    return [own, ...older]
      .flatMap((document): Moment[] => document?.posts ?? [])
      .map(({ post_id, timestamp }) => ({ postId: `${post_id}`, timestamp: `${timestamp}` }));
  }

  async inRedis(kind: "home" | "user", user: number): Promise<StoredTimeline> {
    const redis = await this.#redisOf(`${kind}-timeline-redis`);
    const members = await redis.zRangeWithScores(`${user}`, 0, -1, { REV: true });
    return members.map(({ value, score }) => ({ postId: `${value}`, timestamp: `${score}` }));
  }

  async lists(users: readonly number[]): Promise<ReadonlyMap<string, StoredLists>> {
    const found = this.#database("social-graph")
      .collection("social-graph")
      .find({ user_id: { $in: users.map(BigInt) } });
    const ids = (edges: readonly Edge[] = []) => edges.map(({ user_id }) => `${user_id}`);
    return new Map(
      (await found.toArray()).map(({ user_id, followers, followees }) => [
        `${user_id}`,
        { followers: ids(followers), followees: ids(followees) },
      ]),
    );
  }

  #database(name: string): Db {
    const server = name === "post" ? "post-storage-mongodb" : `${name}-mongodb`;
    const client =
      this.#mongo.get(server) ??
      new MongoClient(`${this.#url(server)}/?directConnection=true`, {
        ...{ useBigInt64: true, serverSelectionTimeoutMS: 5_000 },
      });
    this.#mongo.set(server, client);
    return client.db(name);
  }

  async #redisOf(server: string) {
    const known = this.#redis.get(server);
    if (known) return known;
    const client = openRedis(this.#url(server));
    this.#redis.set(server, client);
    await client.connect();
    return client;
  }

  #url(name: string): string {
    const server = this.#servers.find((each) => each.name === name);
    if (!server) throw new Error(`the application has no server ${name}`);
    return server.url;
  }
}

function openRedis(url: string) {
  const client = createClient({ url });
  // Commands fail as well, and those are looked at.
  client.on("error", () => {});
  return client;
}
