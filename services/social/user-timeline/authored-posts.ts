import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Filter, Mongo } from "@faultline/stores/mongo";
import { ErrorCode, serviceException, type TimelineEntry } from "@faultline/thrift/social";
import { isDuplicate, ofMongo } from "../store-failures.ts";
import type { Range } from "../timelines.ts";
import { ensureUnique } from "../unique-index.ts";
import { OlderPosts } from "./older-posts.ts";
import {
  entriesOf,
  isNewer,
  newestFirst,
  type StoredEntry,
  type StoredTimeline,
} from "./stored-timeline.ts";

const writesMax = 5;
const tooBusy = "the timeline changes too quickly to be written";

/** What users have posted, for good: the database's part of user timelines. */
export class AuthoredPosts {
  readonly #timelines: Collection<StoredTimeline>;
  readonly #older: OlderPosts;
  #writes = 0;

  constructor(mongo: Mongo) {
    this.#timelines = mongo.collection("user-timeline");
    this.#older = new OlderPosts(mongo);
  }

  async index(scope: CallScope): Promise<void> {
    await ensureUnique(this.#timelines, "user_id", scope);
    await this.#older.index(scope);
  }

  /** Puts a post in its place, once, however often it is asked to; durable when it returns. */
  async add(userId: bigint, entry: TimelineEntry, scope: CallScope): Promise<void> {
    const stored = { post_id: entry.postId, timestamp: entry.timestamp };
    for (let writes = 1; ; writes++) {
      if (await this.#push(userId, stored, scope)) break;
      if (await this.#has(userId, stored, scope)) break;
      if (writes === writesMax) throw serviceException(ErrorCode.SE_MONGODB_ERROR, tooBusy);
    }
    // Long timelines are rare, and may be a little longer than they should be.
    if (this.#writes++ % lengthsLookedAtEvery === 0) await this.#older.move(userId, scope);
  }

  /** Whether it was added. If not, it is there, is too old for the array, or another one created the document. */
  async #push(userId: bigint, entry: StoredEntry, scope: CallScope): Promise<boolean> {
    const absent = {
      user_id: userId,
      "posts.post_id": { $ne: entry.post_id },
      $or: [
        { older: { $exists: false } },
        { "older.timestamp": { $lt: entry.timestamp } },
        { "older.timestamp": entry.timestamp, "older.post_id": { $lt: entry.post_id } },
      ],
    };
    const update = { $push: { posts: { $each: [entry], $sort: newestFirst } } };
    const options = { upsert: true, durable: true, grouped: true };
    try {
      await this.#timelines.updateOne(absent, update, scope, options);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      return ofMongo(Promise.reject(error));
    }
  }

  /** Whether it is there, in the array or, put there now if need be, among the older ones. */
  async #has(userId: bigint, entry: StoredEntry, scope: CallScope): Promise<boolean> {
    const found = await ofMongo(
      this.#timelines.findOne({ user_id: userId }, scope, {
        projection: { older: 1, posts: { $elemMatch: { post_id: entry.post_id } } },
      }),
    );
    if (found?.posts?.length) return true;
    if (!found?.older || isNewer(entry, found.older)) return false;
    await this.#older.add(userId, entry, scope);
    return true;
  }

  /** The newest posts of a user, and whether there are no others. */
  async newest(
    userId: bigint,
    limit: number,
    scope: CallScope,
  ): Promise<{ entries: TimelineEntry[]; whole: boolean }> {
    const [timeline] = await this.#find({ user_id: userId }, { start: 0, stop: limit + 1 }, scope);
    const entries = entriesOf(timeline?.posts);
    const whole = entries.length <= limit && timeline?.older === undefined;
    return { entries: entries.slice(0, limit), whole };
  }

  /** The newest posts of each of these users. */
  async newestOfEach(
    userIds: readonly bigint[],
    limit: number,
    scope: CallScope,
  ): Promise<Map<bigint, TimelineEntry[]>> {
    const filter = { user_id: { $in: [...userIds] } };
    const timelines = await this.#find(filter, { start: 0, stop: limit }, scope);
    return new Map(timelines.map((timeline) => [timeline.user_id, entriesOf(timeline.posts)]));
  }

  /** The posts of a page, from wherever they are. */
  async page(userId: bigint, range: Range, scope: CallScope): Promise<TimelineEntry[]> {
    const [timeline] = await this.#find({ user_id: userId }, range, scope);
    const entries = entriesOf(timeline?.posts);
    const missing = range.stop - range.start - entries.length;
    if (missing === 0 || !timeline?.older) return entries;
    return this.#older.page(userId, range, scope);
  }

  #find(filter: Filter, { start, stop }: Range, scope: CallScope): Promise<StoredTimeline[]> {
    const posts = { $slice: [start, stop - start] } as const;
    return ofMongo(this.#timelines.find(filter, scope, { projection: { posts } }));
  }
}

/** How many writes go by between two looks at how long a timeline has become. */
const lengthsLookedAtEvery = 16;
