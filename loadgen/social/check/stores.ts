import { readFileSync } from "node:fs";
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

const databases = ["post", "social-graph", "user-timeline"] as const;
const timelines = ["home", "user"] as const;
const connectMs = 5_000;
const answerMs = 60_000;

/** A store did not say what it holds. */
export class StoresError extends Error {
  override readonly name = "StoresError";
}

/** What the stores of a running application hold, read past its services. Rejects with a `StoresError`. */
export class Stores {
  readonly #mongo = new Map<string, MongoClient>();
  readonly #redis = new Map<string, ReturnType<typeof openRedis>>();
  readonly #servers: readonly Server[];
  readonly #caFile: string | undefined;

  /** With a PEM file of those who may sign the certificates of stores that speak TLS. */
  constructor(servers: readonly Server[], caFile?: string) {
    this.#servers = servers;
    this.#caFile = caFile;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#mongo.values()].map((client) => client.close()));
    // Who could not be reached has been told of already, and has nothing to close.
    for (const client of this.#redis.values()) (await client.catch(() => undefined))?.destroy();
  }

  /** Resolves when each of them has answered. Rejects with the reason of the first that does not. */
  async reach(): Promise<void> {
    await asked<unknown>([
      ...databases.map((name) => this.#database(name).command({ ping: 1 })),
      ...timelines.map(async (kind) => (await this.#redisOf(`${kind}-timeline-redis`)).ping()),
    ]);
  }

  /** How many posts have yet to reach all timelines, and changes of the graph the other user's document. */
  async unfinished(): Promise<number> {
    const open = { fanout: { $exists: true } };
    const pending = { "pending.0": { $exists: true } };
    const [posts = 0, changes = 0] = await asked([
      this.#database("post").collection("post").countDocuments(open),
      this.#database("social-graph").collection("social-graph").countDocuments(pending),
    ]);
    return posts + changes;
  }

  async postsBy(authors: readonly number[]): Promise<StoredPost[]> {
    const found = this.#database("post")
      .collection("post")
      .find({ "creator.user_id": { $in: authors.map(BigInt) } });
    const [posts = []] = await asked([found.toArray()]);
    return posts.map(({ post_id, timestamp, creator, text }) => ({
      ...{ postId: `${post_id}`, timestamp: `${timestamp}` },
      ...{ author: `${creator.user_id}`, text: `${text}` },
    }));
  }

  /** Whole, those documents included that the oldest posts have moved to. */
  async userTimeline(user: number): Promise<StoredTimeline> {
    const database = this.#database("user-timeline");
    const own = database.collection("user-timeline").find({ user_id: BigInt(user) });
    const older = database
      .collection("older-posts")
      .find({ user_id: BigInt(user) })
      .sort({ "newest.timestamp": -1, "newest.post_id": -1 });
    return (await asked([own.toArray(), older.toArray()]))
      .flat()
      .flatMap((document): Moment[] => document?.posts ?? [])
      .map(({ post_id, timestamp }) => ({ postId: `${post_id}`, timestamp: `${timestamp}` }));
  }

  async inRedis(kind: "home" | "user", user: number): Promise<StoredTimeline> {
    const redis = this.#redisOf(`${kind}-timeline-redis`);
    const read = redis.then((it) => it.zRangeWithScores(`${user}`, 0, -1, { REV: true }));
    const [members = []] = await asked([read]);
    return members.map(({ value, score }) => ({ postId: `${value}`, timestamp: `${score}` }));
  }

  async lists(users: readonly number[]): Promise<ReadonlyMap<string, StoredLists>> {
    const found = this.#database("social-graph")
      .collection("social-graph")
      .find({ user_id: { $in: users.map(BigInt) } });
    const ids = (edges: readonly Edge[] = []) => edges.map(({ user_id }) => `${user_id}`);
    const [documents = []] = await asked([found.toArray()]);
    return new Map(
      documents.map(({ user_id, followers, followees }) => [
        `${user_id}`,
        { followers: ids(followers), followees: ids(followees) },
      ]),
    );
  }

  #database(name: (typeof databases)[number]): Db {
    const server = name === "post" ? "post-storage-mongodb" : `${name}-mongodb`;
    const client = this.#mongo.get(server) ?? openMongo(this.#url(server), this.#caFile);
    this.#mongo.set(server, client);
    return client.db(name);
  }

  #redisOf(server: string): ReturnType<typeof openRedis> {
    const client = this.#redis.get(server) ?? openRedis(this.#url(server), this.#caFile);
    this.#redis.set(server, client);
    return client;
  }

  #url(name: string): string {
    const server = this.#servers.find((each) => each.name === name);
    if (!server) throw new StoresError(`the application has no server ${name}`);
    return server.url;
  }
}

/** What was asked for, in its order, or why it cannot be had. */
async function asked<Answer>(questions: readonly Promise<Answer>[]): Promise<Answer[]> {
  try {
    return await Promise.all(questions);
  } catch (cause) {
    throw new StoresError(String(cause), { cause });
  }
}

function openMongo(url: string, caFile: string | undefined): MongoClient {
  const isSecure = new URL(url).searchParams.get("tls") === "true";
  return new MongoClient(url, {
    ...{ directConnection: true, useBigInt64: true },
    ...{ serverSelectionTimeoutMS: connectMs, socketTimeoutMS: answerMs },
    ...(isSecure && caFile !== undefined ? { tlsCAFile: caFile } : {}),
  });
}

/** Rejects if the server cannot be reached: nothing is tried twice. */
async function openRedis(url: string, caFile: string | undefined) {
  const once = { reconnectStrategy: false, connectTimeout: connectMs } as const;
  const isSecure = url.startsWith("rediss:");
  const client = createClient({
    url,
    commandOptions: { timeout: answerMs },
    socket:
      isSecure && caFile !== undefined
        ? { ...once, tls: true, ca: readFileSync(caFile) }
        : { ...once },
  });
  // Commands fail as well, and those are looked at.
  client.on("error", () => {});
  return await client.connect();
}
