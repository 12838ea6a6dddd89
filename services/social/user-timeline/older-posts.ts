import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Document, Filter, Mongo } from "@faultline/stores/mongo";
import type { TimelineEntry } from "@faultline/thrift/social";
import { isDuplicate, ofMongo } from "../store-failures.ts";
import type { Range } from "../timelines.ts";
import {
  entriesOf,
  isNewer,
  newestFirst,
  type StoredEntry,
  type StoredTimeline,
} from "./stored-timeline.ts";

/** A document of `user-timeline.older-posts`, which no original looks at: so many old posts of one user. */
interface Chunk extends Document {
  /** `<user id>:<id of the newest post>`: what is moved twice is moved once. */
  readonly _id: string;
  readonly user_id: bigint;
  readonly newest: StoredEntry;
  readonly count: number;
  readonly posts: readonly StoredEntry[];
}

/** As many posts as the array of a timeline has before the oldest are moved, and as it keeps then. */
const arrayMax = 2_000;
const arrayKept = 1_000;
const chunksMax = 10_000;

/**
 * Keeps the document of a timeline small: its oldest posts move to documents of their own. Each step may be cut off,
 * and is then finished by whoever comes next: `older` and `moving` are set in the timeline, and from then on no post
 * as old as that gets into the array; the posts are copied; they go from the array together with `moving`.
 */
export class OlderPosts {
  readonly #timelines: Collection<StoredTimeline>;
  readonly #chunks: Collection<Chunk>;

  constructor(mongo: Mongo) {
    this.#timelines = mongo.collection("user-timeline");
    this.#chunks = mongo.collection("older-posts");
  }

  async index(scope: CallScope): Promise<void> {
    const keys = { user_id: 1, "newest.timestamp": -1, "newest.post_id": -1 } as const;
    await this.#chunks.ensureIndex(keys, scope);
  }

  /** Moves the oldest posts of a timeline that has become too long; finishes a move that was cut off. */
  async move(userId: bigint, scope: CallScope): Promise<void> {
    const isDue = [{ moving: true }, { [`posts.${arrayMax}`]: { $exists: true } }];
    const due = await this.#timeline({ user_id: userId, $or: isDue }, scope);
    if (!due) return;
    if (!due.moving) await this.#begin(due, scope);
    const moving = await this.#timeline({ user_id: userId, moving: true }, scope);
    if (moving?.older) await this.#finish(moving, moving.older, scope);
  }

  async #begin({ user_id, posts }: StoredTimeline, scope: CallScope): Promise<void> {
    const older = posts[arrayKept];
    if (!older) return;
    const still = { user_id, moving: { $ne: true }, [`posts.${arrayMax}`]: { $exists: true } };
    const update = { $set: { older, moving: true } };
    await ofMongo(this.#timelines.updateOne(still, update, scope, { durable: true }));
  }

  async #finish(timeline: StoredTimeline, newest: StoredEntry, scope: CallScope): Promise<void> {
    const { user_id } = timeline;
    const posts = timeline.posts.filter((post) => !isNewer(post, newest));
    await this.#copy({ user_id, newest, posts }, scope);
    const { timestamp, post_id } = newest;
    const moved = {
      $or: [{ timestamp: { $lt: timestamp } }, { timestamp, post_id: { $lte: post_id } }],
    };
    await ofMongo(
      this.#timelines.updateOne(
        { user_id, moving: true, "older.post_id": post_id },
        { $pull: { posts: moved }, $unset: { moving: "" } },
        scope,
        { durable: true },
      ),
    );
  }

  async #copy(
    { user_id, newest, posts }: Pick<Chunk, "user_id" | "newest" | "posts">,
    scope: CallScope,
  ): Promise<void> {
    const _id = `${user_id}:${newest.post_id}`;
    const chunk = { _id, user_id, newest, count: posts.length, posts };
    try {
      await this.#chunks.insertMany([chunk], scope, { durable: true });
    } catch (error) {
      // Another one, or a former attempt, has copied the same posts.
      if (isDuplicate(error)) return;
      await ofMongo(Promise.reject(error));
    }
  }

  /** Puts a post that comes late among those as old as it is, once. */
  async add(userId: bigint, entry: StoredEntry, scope: CallScope): Promise<void> {
    await this.move(userId, scope);
    const { timestamp, post_id } = entry;
    const from = [
      { "newest.timestamp": { $gt: timestamp } },
      { "newest.timestamp": timestamp, "newest.post_id": { $gte: post_id } },
    ];
    const [chunk] = await ofMongo(
      this.#chunks.find({ user_id: userId, $or: from }, scope, {
        sort: { "newest.timestamp": 1, "newest.post_id": 1 },
        limit: 1,
        projection: { _id: 1 },
      }),
    );
    // Somebody has taken the older ones away; what comes later is kept all the same.
    if (!chunk) return this.#copy({ user_id: userId, newest: entry, posts: [entry] }, scope);
    const absent = { _id: chunk._id, "posts.post_id": { $ne: post_id } };
    const update = { $push: { posts: { $each: [entry], $sort: newestFirst } }, $inc: { count: 1 } };
    await ofMongo(this.#chunks.updateOne(absent, update, scope, { durable: true }));
  }

  /** The posts of a page that reaches beyond the array. */
  async page(userId: bigint, { start, stop }: Range, scope: CallScope): Promise<TimelineEntry[]> {
    const timeline = await this.#timeline({ user_id: userId }, scope);
    if (!timeline) return [];
    const { posts, older } = timeline;
    const page = posts.slice(start, stop);
    const chunks = older ? await this.#chunksOf(timeline, older, stop, scope) : [];
    let before = posts.length;
    for (const { _id, count } of chunks) {
      if (before < stop && before + count > start) {
        const some = await this.#posts(_id, scope);
        page.push(...some.slice(Math.max(0, start - before), stop - before));
      }
      before += count;
    }
    return entriesOf(page);
  }

  /** What has been moved so far, without the posts, the newest first. While a move goes on, the array has its posts. */
  #chunksOf(
    { user_id, moving }: StoredTimeline,
    older: StoredEntry,
    stop: number,
    scope: CallScope,
  ): Promise<Chunk[]> {
    const { timestamp, post_id } = older;
    const until = moving ? { $lt: post_id } : { $lte: post_id };
    const moved = [
      { "newest.timestamp": { $lt: timestamp } },
      { "newest.timestamp": timestamp, "newest.post_id": until },
    ];
    return ofMongo(
      this.#chunks.find({ user_id, $or: moved }, scope, {
        sort: { "newest.timestamp": -1, "newest.post_id": -1 },
        limit: Math.min(Math.ceil(stop / arrayKept), chunksMax),
        projection: { count: 1 },
      }),
    );
  }

  async #posts(_id: string, scope: CallScope): Promise<readonly StoredEntry[]> {
    const chunk = await ofMongo(this.#chunks.findOne({ _id }, scope));
    return chunk?.posts ?? [];
  }

  #timeline(filter: Filter, scope: CallScope): Promise<StoredTimeline | null> {
    return ofMongo(this.#timelines.findOne(filter, scope));
  }
}
