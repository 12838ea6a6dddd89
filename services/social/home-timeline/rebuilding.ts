import { type CallScope, onOurOwn } from "@faultline/rpc/call";
import { exhausted } from "@faultline/rpc/errors";
import type {
  Followee,
  PostStorageServiceClient,
  SocialGraphServiceClient,
  TimelineEntry,
  UserTimelineServiceClient,
} from "@faultline/thrift/social";
import { isForeign } from "../callee-failures.ts";
import { mergeNewest } from "../newest.ts";
import { keptMax, type Timelines } from "../timelines.ts";
import { Turns } from "../turns.ts";

export interface Sources {
  readonly "post-storage": Pick<PostStorageServiceClient, "listMentions">;
  readonly "social-graph": Pick<SocialGraphServiceClient, "listFollowees">;
  readonly "user-timeline": Pick<UserTimelineServiceClient, "listNewestPosts">;
}

const authorsAtOnce = 256;
/** The times of follows and of posts are of different clocks. Rather a post too many than one too few. */
const clockSkewMs = 5_000n;
/** As many timelines as are rebuilt at once, and as may wait for that. */
const rebuildsMax = 16;
const waitingMax = 4_096;
/** How long one rebuilding may wait and take; it goes on when its first reader has left. */
const limitMs = 60_000;

/**
 * Makes home timelines anew from what is durable: the posts of those whom a user follows, since he does, and the
 * posts that mention him. It only adds, so what Redis still had and what comes meanwhile stays.
 */
export class Rebuilding {
  readonly #sources: Sources;
  readonly #timelines: Timelines;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #turns = new Turns({
    ...{ atOnceMax: rebuildsMax, waitingMax },
    tooMany: () => exhausted(`${waitingMax} timelines already wait to be rebuilt`),
  });
  #foreignUntilMs = Number.NEGATIVE_INFINITY;

  constructor(sources: Sources, timelines: Timelines) {
    this.#sources = sources;
    this.#timelines = timelines;
  }

  /**
   * Resolves once the timeline is complete and proven for that life of Redis; with false if that cannot be, because
   * a service of the originals does not know how. Many readers wait for one rebuilding.
   */
  async rebuild(userId: bigint, runId: string, errand: Errand): Promise<boolean> {
    if (performance.now() < this.#foreignUntilMs) return false;
    try {
      await this.#rebuild(userId, runId, errand);
      return true;
    } catch (error) {
      if (!isForeign(error)) throw error;
      if (performance.now() >= this.#foreignUntilMs) {
        errand.scope.log.warn("timelines are not rebuilt", { reason: String(error) });
      }
      this.#foreignUntilMs = performance.now() + foreignForMs;
      return false;
    }
  }

  #rebuild(userId: bigint, runId: string, { reqId, scope }: Errand): Promise<void> {
    const key = `${userId} ${runId}`;
    const begun = this.#underWay.get(key);
    if (begun) return begun;
    const errand = { reqId, scope: onOurOwn(scope, limitMs) };
    const making = this.#turns.take(errand.scope, () => this.#make(userId, runId, errand));
    const work = making.finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    return work;
  }

  async #make(userId: bigint, runId: string, { reqId, scope }: Errand): Promise<void> {
    const [mentions, posts] = await Promise.all([
      this.#sources["post-storage"].listMentions({ reqId, userId, limit: keptMax }, scope),
      this.#postsOfFollowees({ reqId, userId }, scope),
    ]);
    const entries = mergeNewest([mentions, posts], keptMax);
    await this.#timelines.fill(userId, entries, { runId, whole: false }, scope);
  }

  async #postsOfFollowees(
    request: { readonly reqId: bigint; readonly userId: bigint },
    scope: CallScope,
  ): Promise<TimelineEntry[]> {
    const followees = await this.#sources["social-graph"].listFollowees(request, scope);
    let newest: TimelineEntry[] = [];
    for (let from = 0; from < followees.length; from += authorsAtOnce) {
      // What is older than all that was found so far need not be sent.
      const since = newest.length === keptMax ? (newest.at(-1)?.timestamp ?? 0n) : 0n;
      const authors = followees.slice(from, from + authorsAtOnce).map((followee): Followee => {
        return { ...followee, since: later(followee.since - clockSkewMs, since) };
      });
      const { reqId } = request;
      const found = await this.#sources["user-timeline"].listNewestPosts(
        { reqId, authors, limit: keptMax },
        scope,
      );
      newest = mergeNewest([newest, found], keptMax);
    }
    return newest;
  }
}

/** On whose behalf it happens. */
export interface Errand {
  readonly reqId: bigint;
  readonly scope: CallScope;
}

/** How long a service of the originals is not asked again. */
const foreignForMs = 60_000;

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
