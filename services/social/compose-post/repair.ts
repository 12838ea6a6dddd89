import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Post } from "@faultline/thrift/social";
import { type FanOutClients, fanOut } from "./fan-out.ts";
import { onOurOwn, waited } from "./scopes.ts";

export interface RepairSettings {
  readonly clients: FanOutClients;
  readonly now?: () => number;
  /** How old a mark must be: whoever composes the post has given up by then. */
  readonly graceMs?: number;
}

const postsMax = 500;
const postsAtOnce = 8;
const sweepLimitMs = 60_000;

/** What a sweep has found and could not finish. */
export interface Leftover {
  readonly open: number;
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

  /** Finishes all posts that are due. Throws only if it cannot find out which. */
  async sweep(scope: CallScope): Promise<Leftover> {
    const storage = this.#clients["post-storage"];
    for (;;) {
      const storedBefore = BigInt(this.#now() - this.#graceMs);
      const posts = await storage.listOpenPosts(
        { reqId: 0n, storedBefore, limit: postsMax },
        scope,
      );
      const { done, reason } = await this.#finish(posts, scope);
      if (done.length > 0) {
        await storage.closePosts({ reqId: 0n, postIds: done }, scope);
        scope.log.info("posts repaired", { posts: done.length });
      }
      const open = posts.length - done.length;
      if (open > 0) return { open, reason };
      if (posts.length < postsMax) return { open };
    }
  }

  async #finish(posts: readonly Post[], scope: CallScope) {
    const done: bigint[] = [];
    let reason: unknown;
    for (let from = 0; from < posts.length; from += postsAtOnce) {
      const some = posts.slice(from, from + postsAtOnce);
      const outcomes = await Promise.allSettled(
        some.map((post) => fanOut(this.#clients, { reqId: post.reqId, post }, scope)),
      );
      for (const [place, outcome] of outcomes.entries()) {
        const post = some[place];
        if (outcome.status === "rejected") reason = outcome.reason;
        else if (post) done.push(post.postId);
      }
    }
    return { done, reason };
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
      const { open, reason } = await repair.sweep(onOurOwn(scope, sweepLimitMs, signal));
      failures = open > 0 ? failures + 1 : 0;
      if (open > 0) scope.log.warn("posts still open", { posts: open, reason: String(reason) });
    } catch (error) {
      if (signal.aborted) return;
      if (isForeign(error)) {
        scope.log.warn("posts cannot be repaired", { reason: String(error) });
        return;
      }
      failures++;
      scope.log.warn("repair failed", { reason: String(error) });
    }
  } while (await waited(Math.min(pauseMs * 2 ** Math.min(failures, 4), pauseMaxMs), signal));
}

/** A post storage of the originals has no marks. */
function isForeign(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "unimplemented";
}
