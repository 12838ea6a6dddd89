import type { CallScope } from "@faultline/rpc/call";
import type { Redis } from "@faultline/stores/redis";
import type { TimelineEntry } from "@faultline/thrift/social";
import { pageMax } from "./limits.ts";
import { ofRedis } from "./store-failures.ts";
import {
  addScript,
  addToManyScript,
  fillScript,
  proofPattern,
  readScript,
} from "./timeline-scripts.ts";

/** As many posts as Redis keeps of a timeline, or a quarter more: what is older is cut off now and then. */
export const keptMax = 1_000;
const cutOffAbove = keptMax + keptMax / 4;

/** Posts [start, stop) of a timeline, the newest first. */
export interface Range {
  readonly start: number;
  readonly stop: number;
}

/** The range that is answered for what was asked; undefined if nothing is, as for a range that makes no sense. */
export function pageOf({ start, stop }: Range): Range | undefined {
  if (start < 0 || stop <= start) return undefined;
  return { start, stop: Math.min(stop, start + pageMax) };
}

/** What Redis has of a page, and what that is worth. */
export interface CachedPage {
  readonly postIds: readonly bigint[];
  /** The life of the server that answered: whoever fills the timeline says for which one. */
  readonly runId: string;
  /** Nothing newer than the oldest post that Redis has of this timeline is missing. */
  readonly proven: boolean;
  /** And nothing older is missing either. */
  readonly whole: boolean;
}

/**
 * Timelines in Redis, in the originals' layout: `<user id>` is a sorted set of posts. Redis may lose them, or bring
 * back old ones after a restart, so `<user id>:gen` says what is proven: `<run id> <posts> <whole|newest>`. It counts
 * only in the server's life of that run id, and only while there are as many posts. Posts are added whether or not a
 * timeline is proven, so a filling that overlaps with an addition loses nothing.
 */
export class Timelines {
  readonly #redis: Redis;
  #turn = 0;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async read(userId: bigint, { start, stop }: Range, scope: CallScope): Promise<CachedPage> {
    const runId = await ofRedis(this.#redis.runId(scope));
    const args = [`${start}`, `${stop}`, ...limits, `${timelineTtlS}`];
    const reply = await ofRedis(this.#redis.evaluate(readScript, keysOf(userId), args, scope));
    const [proof, size, members] = reply as [string | null, number, string[]];
    const [, provenFor, posts, state] = proofPattern.exec(proof ?? "") ?? [];
    // A server that was replaced between the two questions answers for its own life only.
    const isSameLife = (await ofRedis(this.#redis.runId(scope))) === runId;
    const proven = isSameLife && provenFor === runId && size >= Number(posts);
    return {
      postIds: members.filter(isId).map(BigInt),
      runId,
      proven,
      whole: proven && state === "whole",
    };
  }

  /** Adds a post to the timeline of one user. */
  async add(userId: bigint, entry: TimelineEntry, scope: CallScope): Promise<void> {
    const args = [`${entry.timestamp}`, `${entry.postId}`, ...limits, `${timelineTtlS}`];
    await ofRedis(this.#redis.evaluate(addScript, keysOf(userId), args, scope));
  }

  /** Adds a post to the timelines of many users, and bounds the length and life of some of them, each in its turn. */
  async addToMany(
    userIds: readonly bigint[],
    { postId, timestamp }: TimelineEntry,
    scope: CallScope,
  ): Promise<void> {
    const turn = this.#turn++ % cutOffEvery;
    const how = [...limits, `${turn}`, `${cutOffEvery}`, `${timelineTtlS}`];
    const args = [`${timestamp}`, `${postId}`, ...how];
    for (let from = 0; from < userIds.length; from += addedAtOnce) {
      const keys = userIds.slice(from, from + addedAtOnce).map(String);
      await ofRedis(this.#redis.evaluate(addToManyScript, keys, args, scope));
    }
  }

  /**
   * Adds the newest posts of a timeline from where they are durable, and proves the timeline for that life of the
   * server; `whole` says that there are no older ones.
   */
  async fill(
    userId: bigint,
    entries: readonly TimelineEntry[],
    { runId, whole }: { readonly runId: string; readonly whole: boolean },
    scope: CallScope,
  ): Promise<void> {
    const newest = entries.slice(0, keptMax);
    const state = whole && newest.length === entries.length ? "whole" : "newest";
    const members = newest.flatMap(({ timestamp, postId }) => [`${timestamp}`, `${postId}`]);
    const args = [runId, state, `${keptMax}`, `${proofTtlS}`, `${timelineTtlS}`, ...members];
    await ofRedis(this.#redis.evaluate(fillScript, keysOf(userId), args, scope));
  }
}

/** After so long a timeline is filled again, so that no mistake stays for ever. */
const proofTtlS = 86_400;
/** After so long a timeline that nobody has read goes. It must outlive its proof, or part of it could pass for all. */
const timelineTtlS = 7 * proofTtlS;
/** How long a timeline is: looked at once in so many additions. */
const cutOffEvery = 64;
/** Redis does nothing else during one script: this is half a millisecond's work. */
const addedAtOnce = 512;
const limits = [`${keptMax}`, `${cutOffAbove}`];

function keysOf(userId: bigint): string[] {
  return [`${userId}`, `${userId}:gen`];
}

/** Anything else in a timeline was put there by a person. */
function isId(member: string): boolean {
  return /^-?\d{1,19}$/.test(member);
}
