import type { CallScope } from "@faultline/rpc/call";
import type { KeySpace, Redis, ScriptReply } from "@faultline/stores/redis";
import type { TimelineEntry } from "@faultline/thrift/social";
import { ofRedis } from "./store-failures.ts";

/** As many posts as Redis keeps of a timeline, or a quarter more: what is older is cut off now and then. */
export const keptMax = 1_000;
const cutOffAbove = keptMax + keptMax / 4;

/** Posts [start, stop) of a timeline, the newest first. */
export interface Range {
  readonly start: number;
  readonly stop: number;
}

/** As many posts as one page may have. */
const pageMax = 1_000;

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

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async read(userId: bigint, { start, stop }: Range, scope: CallScope): Promise<CachedPage> {
    const runId = await ofRedis(this.#redis.runId(scope));
    const reply = await ofRedis(
      this.#redis.evaluate(readScript, keysOf(userId), [`${start}`, `${stop}`, ...limits], scope),
    );
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
    const args = [`${entry.timestamp}`, `${entry.postId}`, ...limits];
    await ofRedis(this.#redis.evaluate(addScript, keysOf(userId), args, scope));
  }

  /** Adds a post to the timelines of many users, and cuts off what is too old in some of them, each in its turn. */
  async addToMany(
    userIds: readonly bigint[],
    { postId, timestamp }: TimelineEntry,
    scope: CallScope,
  ): Promise<void> {
    const keys = userIds.map(String);
    const member = { member: `${postId}`, score: Number(timestamp) };
    await ofRedis(this.#redis.addNewToMany(keys, member, scope));
    const turn = Number(BigInt.asUintN(31, timestamp ^ postId));
    const long = keys.filter((_, place) => (place + turn) % cutOffEvery === 0);
    for (let from = 0; from < long.length; from += cutOffAtOnce) {
      const some = long.slice(from, from + cutOffAtOnce);
      await Promise.all(
        some.map((key) => ofRedis(this.#redis.keepNewest(key, cutOffAbove, scope))),
      );
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
    const args = [runId, state, `${keptMax}`, ...members];
    await ofRedis(this.#redis.evaluate(fillScript, keysOf(userId), args, scope));
  }
}

/** A timeline of somebody much followed is cut off once in so many additions. */
const cutOffEvery = 64;
const cutOffAtOnce = 256;
const limits = [`${keptMax}`, `${cutOffAbove}`];
const proofPattern = /^(\w+) (\d+) (whole|newest)$/;

function keysOf(userId: bigint): string[] {
  return [`${userId}`, `${userId}:gen`];
}

/** Anything else in a timeline was put there by a person. */
function isId(member: string): boolean {
  return /^-?\d{1,19}$/.test(member);
}

/** In Lua: cuts off what is too old, which makes a whole timeline one of the newest posts. */
const cutOff = `
local function parts(proof)
  if not proof then return nil end
  return string.match(proof, '^(%w+) (%d+) (%a+)$')
end
local function cut_off(kept, above)
  local size = redis.call('ZCARD', KEYS[1])
  if size <= above then return size end
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, size - kept - 1)
  local run = parts(redis.call('GET', KEYS[2]))
  if run then redis.call('SET', KEYS[2], run .. ' ' .. kept .. ' newest') end
  return kept
end
`;

const readScript = {
  name: "read timeline",
  lua: `${cutOff}
local size = cut_off(tonumber(ARGV[3]), tonumber(ARGV[4]))
return { redis.call('GET', KEYS[2]), size, redis.call('ZREVRANGE', KEYS[1], ARGV[1], ARGV[2] - 1) }
`,
  inMemory(redis: KeySpace, keys: readonly string[], args: readonly string[]): ScriptReply {
    const [key = "", proofKey = ""] = keys;
    const [start, stop, kept, above] = args.map(Number);
    const size = cutOffInMemory(redis, keys, { kept, above });
    return [redis.get(proofKey) ?? null, size, redis.newest(key, start ?? 0, stop ?? 0)];
  },
};

/** A proof that promises more than there is was outlived by what it proved: the key was evicted. */
const addScript = {
  name: "add to timeline",
  lua: `${cutOff}
local run, posts, state = parts(redis.call('GET', KEYS[2]))
if run and redis.call('ZCARD', KEYS[1]) < tonumber(posts) then
  redis.call('DEL', KEYS[2])
  run = nil
end
redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[2])
if run then
  redis.call('SET', KEYS[2], run .. ' ' .. redis.call('ZCARD', KEYS[1]) .. ' ' .. state)
end
return cut_off(tonumber(ARGV[3]), tonumber(ARGV[4]))
`,
  inMemory(redis: KeySpace, keys: readonly string[], args: readonly string[]): ScriptReply {
    const [key = "", proofKey = ""] = keys;
    const [score, member = "", kept, above] = args;
    let [, run, posts, state] = proofPattern.exec(redis.get(proofKey) ?? "") ?? [];
    if (run && redis.count(key) < Number(posts)) {
      redis.delete([proofKey]);
      run = undefined;
    }
    redis.addNew(key, [{ member, score: Number(score) }]);
    if (run) redis.set(proofKey, `${run} ${redis.count(key)} ${state}`);
    return cutOffInMemory(redis, keys, { kept: Number(kept), above: Number(above) });
  },
};

const fillScript = {
  name: "fill timeline",
  lua: `${cutOff}
for from = 4, #ARGV, 2000 do
  redis.call('ZADD', KEYS[1], 'NX', unpack(ARGV, from, math.min(from + 1999, #ARGV)))
end
redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. redis.call('ZCARD', KEYS[1]) .. ' ' .. ARGV[2])
return cut_off(tonumber(ARGV[3]), tonumber(ARGV[3]))
`,
  inMemory(redis: KeySpace, keys: readonly string[], args: readonly string[]): ScriptReply {
    const [key = "", proofKey = ""] = keys;
    const [run, state, kept, ...pairs] = args;
    for (let at = 0; at < pairs.length; at += 2) {
      redis.addNew(key, [{ score: Number(pairs[at]), member: pairs[at + 1] ?? "" }]);
    }
    redis.set(proofKey, `${run} ${redis.count(key)} ${state}`);
    return cutOffInMemory(redis, keys, { kept: Number(kept), above: Number(kept) });
  },
};

function cutOffInMemory(
  redis: KeySpace,
  [key = "", proofKey = ""]: readonly string[],
  {
    kept = 0,
    above = 0,
  }: { readonly kept?: number | undefined; readonly above?: number | undefined },
): number {
  const size = redis.count(key);
  if (size <= above) return size;
  redis.keepNewest(key, kept);
  const [, run] = proofPattern.exec(redis.get(proofKey) ?? "") ?? [];
  if (run) redis.set(proofKey, `${run} ${kept} newest`);
  return kept;
}
