import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Mongo } from "@faultline/stores/mongo";
import type { Redis } from "@faultline/stores/redis";
import { isOver } from "@faultline/stores/within-scope";
import {
  ErrorCode,
  type Followee,
  type PostStorageServiceClient,
  serviceException,
  type TimelineEntry,
  type UserTimelineServiceHandlers,
} from "@faultline/thrift/social";
import { ofCallee } from "../callee-failures.ts";
import { mergeNewest } from "../newest.ts";
import { type CachedPage, keptMax, pageOf, type Range, Timelines } from "../timelines.ts";
import { AuthoredPosts } from "./authored-posts.ts";

export interface UserTimelineParts {
  readonly clients: { readonly "post-storage": PostStorageServiceClient };
  readonly mongo: Mongo;
  readonly redis: Redis;
}

const storage = {
  name: "post-storage-service",
  failureTexts: [
    "Failed to get post from post-storage-service",
    "Failed to read posts from post-storage-service",
  ],
};

/** As many users as one call may ask for the newest posts of, and as are read from the database at once. */
const authorsMax = 1_024;
const authorsAtOnce = 32;

/** Knows what each user has posted: for good in MongoDB, the newest also in Redis, from where most pages come. */
export function createUserTimeline({
  clients,
  mongo,
  redis,
}: UserTimelineParts): UserTimelineServiceHandlers {
  const authored = new AuthoredPosts(mongo);
  const timelines = new Timelines(redis);
  const reader = new Reader(authored, timelines);
  return {
    async writeUserTimeline({ userId, postId, timestamp }, call) {
      const entry = { postId, timestamp };
      await authored.add(userId, entry, call);
      await timelines.add(userId, entry, call);
    },

    async readUserTimeline({ reqId, userId, start, stop }, call) {
      const page = pageOf({ start, stop });
      if (!page) return [];
      const postIds = await reader.page(userId, page, call);
      if (postIds.length === 0) return [];
      return ofCallee(
        clients["post-storage"].readPosts({ reqId, postIds: [...postIds] }, call),
        storage,
        call,
      );
    },

    listNewestPosts: ({ authors, limit }, call) => newestOf(authored, { authors, limit }, call),
  };
}

/** The originals' index, and one of the older posts. */
export function indexTimelines(mongo: Mongo, scope: CallScope): Promise<void> {
  return new AuthoredPosts(mongo).index(scope);
}

class Reader {
  readonly #authored: AuthoredPosts;
  readonly #timelines: Timelines;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(authored: AuthoredPosts, timelines: Timelines) {
    this.#authored = authored;
    this.#timelines = timelines;
  }

  /** A page comes from one source as a whole, so nothing is skipped or there twice if the two differ. */
  async page(userId: bigint, range: Range, scope: CallScope): Promise<readonly bigint[]> {
    const cached = await this.#cached(userId, range, scope);
    const isFull = cached?.postIds.length === range.stop - range.start;
    if (cached && (cached.whole || (cached.proven && isFull))) return cached.postIds;
    if (!cached || cached.proven || range.stop > keptMax) {
      const entries = await this.#authored.page(userId, range, scope);
      return entries.map((entry) => entry.postId);
    }
    const { entries, whole } = await this.#authored.newest(userId, keptMax, scope);
    await this.#fill(userId, entries, { whole, runId: cached.runId }, scope);
    return entries.slice(range.start, range.stop).map((entry) => entry.postId);
  }

  /** Redis is not needed to read a timeline; undefined if it does not answer. */
  async #cached(userId: bigint, range: Range, scope: CallScope): Promise<CachedPage | undefined> {
    try {
      return await this.#timelines.read(userId, range, scope);
    } catch (error) {
      this.#passOver(error, scope);
      return undefined;
    }
  }

  async #fill(
    userId: bigint,
    entries: readonly TimelineEntry[],
    proof: { readonly runId: string; readonly whole: boolean },
    scope: CallScope,
  ): Promise<void> {
    try {
      await this.#timelines.fill(userId, entries, proof, scope);
    } catch (error) {
      // Nothing is lost: the timeline stays unproven, and the next reader fills it.
      this.#passOver(error, scope);
    }
  }

  #passOver(error: unknown, scope: CallScope): void {
    // A Redis that hangs is past its own time, which is not the call's.
    if (!(error instanceof ServiceError) || isOver(scope)) throw error;
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < tellEveryMs) return;
    this.#toldAtMs = nowMs;
    scope.log.warn("cache skipped", { store: "redis", reason: error.message });
  }
}

const tellEveryMs = 1_000;

async function newestOf(
  authored: AuthoredPosts,
  { authors, limit }: { readonly authors: readonly Followee[]; readonly limit: number },
  scope: CallScope,
): Promise<TimelineEntry[]> {
  if (authors.length > authorsMax) {
    const message = `At most ${authorsMax} users are taken at once`;
    throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, message);
  }
  const size = Math.min(Math.max(limit, 0), keptMax);
  let newest: TimelineEntry[] = [];
  for (let from = 0; from < authors.length; from += authorsAtOnce) {
    const some = authors.slice(from, from + authorsAtOnce);
    const ids = some.map((author) => author.userId);
    const found = await authored.newestOfEach(ids, size, scope);
    const since = some.map((author) => {
      const entries = found.get(author.userId) ?? [];
      return entries.filter((entry) => entry.timestamp >= author.since);
    });
    newest = mergeNewest([newest, ...since], size);
  }
  return newest;
}
