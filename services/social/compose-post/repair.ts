import { type CallScope, onOurOwn, waited } from "@faultline/rpc/call";
import type { Post } from "@faultline/thrift/social";
import { isForeign } from "../callee-failures.ts";
import { type FanOutClients, fanOut } from "./fan-out.ts";

export interface RepairSettings {
  readonly clients: FanOutClients;
  readonly now?: () => number;
  /** How old a mark must be: whoever composes the post has given up by then. */
  readonly graceMs?: number;
}

const postsMax = 500;
const postsAtOnce = 8;
/** As many posts as a sweep passes over because they could not be finished. */
const openMax = 5_000;
const sweepLimitMs = 60_000;

/** What a sweep has found and could not finish. */
export interface Leftover {
  readonly open: number;
  /** How long ago the oldest of them was made. */
  readonly oldestMs?: number;
  readonly reason?: unknown;
}

/** Finishes posts that were stored and never reached all timelines. Any number of repairs may do so at once. */
export class Repair {
  readonly #clients: FanOutClients;
  readonly #now: () => number;
  readonly #graceMs: number;

  constructor({ clients, now = Date.now, graceMs = 15_000 }: RepairSettings) {
    this.#clients = clients;
    this.#now = now;
    this.#graceMs = graceMs;
  }

  /** Finishes all posts that are due, or all but a few. Throws only if it cannot find out which. */
  async sweep(scope: CallScope): Promise<Leftover> {
    const open = new Map<bigint, Post>();
    let reason: unknown;
    for (;;) {
      const posts = await this.#due([...open.keys()], scope);
      const { done, failed } = await this.#finish(posts, scope);
      for (const failure of failed) {
        open.set(failure.post.postId, failure.post);
        reason = failure.reason;
      }
      // Where none can be finished the trouble is not with single posts.
      if (done.length === 0) break;
      await this.#clients["post-storage"].closePosts({ reqId: 0n, postIds: done }, scope);
      scope.log.info("posts repaired", { posts: done.length });
      if (open.size > openMax) break;
    }
    return this.#leftover([...open.values()], reason);
  }

  #due(without: readonly bigint[], scope: CallScope): Promise<Post[]> {
    const storedBefore = BigInt(this.#now() - this.#graceMs);
    const request = { reqId: 0n, storedBefore, limit: postsMax, without: [...without] };
    return this.#clients["post-storage"].listOpenPosts(request, scope);
  }

  #leftover(posts: readonly Post[], reason: unknown): Leftover {
    const times = posts.map((post) => Number(post.timestamp));
    const open = posts.length;
    return open === 0 ? { open } : { open, oldestMs: this.#now() - Math.min(...times), reason };
  }

  async #finish(posts: readonly Post[], scope: CallScope) {
    const done: bigint[] = [];
    const failed: { readonly post: Post; readonly reason: unknown }[] = [];
    const finish = async (post: Post) => {
      try {
        await fanOut(this.#clients, { reqId: post.reqId, post }, scope);
        done.push(post.postId);
      } catch (reason) {
        failed.push({ post, reason });
      }
    };
    for (let from = 0; from < posts.length; from += postsAtOnce) {
      await Promise.all(posts.slice(from, from + postsAtOnce).map(finish));
    }
    return { done, failed };
  }
}

const everyMs = 5_000;
const pauseMaxMs = 60_000;

/** Sweeps now and every few seconds until the signal aborts; less often while it is of no use. */
export async function keepRepaired(
  repair: Repair,
  scope: CallScope,
  { signal, pauseMs = everyMs }: { readonly signal: AbortSignal; readonly pauseMs?: number },
): Promise<void> {
  let failures = 0;
  do {
    try {
      const left = await repair.sweep(onOurOwn(scope, sweepLimitMs, signal));
      failures = left.open > 0 ? failures + 1 : 0;
      if (left.open > 0) tell(left, scope);
    } catch (error) {
      if (signal.aborted) return;
      // A post storage of the originals has no marks.
      if (isForeign(error)) {
        scope.log.warn("posts cannot be repaired", { reason: String(error) });
        return;
      }
      failures++;
      scope.log.warn("repair failed", { reason: String(error) });
    }
  } while (await waited(Math.min(pauseMs * 2 ** Math.min(failures, 4), pauseMaxMs), signal));
}

function tell({ open, oldestMs, reason }: Leftover, { log }: CallScope): void {
  log.warn("posts still open", { posts: open, oldestMs, reason: String(reason) });
}
