import type { KeySpace, ScriptReply } from "@faultline/stores/redis";

// Timelines change in steps that nothing comes between. What is stored is said in timelines.ts.

/** `<run id> <posts> <whole|newest>` */
export const proofPattern = /^(\w+) (\d+) (whole|newest)$/;

/**
 * In Lua: lets a timeline that nobody reads end, long after its proof does: so what is added to it then is never taken
 * for all of it. In memory nothing ends.
 */
const letEnd = `
local function let_end(key, after)
  if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, after) end
end
`;

/** A reading puts the end of a timeline off, but not every one: so many seconds lie between two times. */
const putOffEveryS = 3_600;

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
  if run then redis.call('SET', KEYS[2], run .. ' ' .. kept .. ' newest', 'KEEPTTL') end
  return kept
end
`;

/** The proof, how many posts there are, and those of a range. What is read stays for longer. */
export const readScript = {
  name: "read timeline",
  lua: `${cutOff}
local size = cut_off(tonumber(ARGV[3]), tonumber(ARGV[4]))
if size > 0 and redis.call('TTL', KEYS[1]) < ARGV[5] - ${putOffEveryS} then
  redis.call('EXPIRE', KEYS[1], ARGV[5])
end
return { redis.call('GET', KEYS[2]), size, redis.call('ZREVRANGE', KEYS[1], ARGV[1], ARGV[2] - 1) }
`,
  inMemory(redis: KeySpace, keys: readonly string[], args: readonly string[]): ScriptReply {
    const [key = "", proofKey = ""] = keys;
    const [start, stop, kept, above] = args.map(Number);
    const size = cutOffInMemory(redis, keys, { kept, above });
    return [redis.get(proofKey) ?? null, size, redis.newest(key, start ?? 0, stop ?? 0)];
  },
};

/** Adds one post. A proof that promises more than there is was outlived by what it proved: the key was evicted. */
export const addScript = {
  name: "add to timeline",
  lua: `${cutOff}${letEnd}
local run, posts, state = parts(redis.call('GET', KEYS[2]))
if run and redis.call('ZCARD', KEYS[1]) < tonumber(posts) then
  redis.call('DEL', KEYS[2])
  run = nil
end
redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[2])
let_end(KEYS[1], ARGV[5])
if run then
  redis.call('SET', KEYS[2], run .. ' ' .. redis.call('ZCARD', KEYS[1]) .. ' ' .. state, 'KEEPTTL')
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

/** Adds a post to many timelines: one command for many keys costs a tenth of as many commands. */
export const addToManyScript = {
  name: "add to timelines",
  lua: `${letEnd}
local kept, above, turn, every = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local added = 0
for i = 1, #KEYS do
  added = added + redis.call('ZADD', KEYS[i], 'NX', ARGV[1], ARGV[2])
  if (i + turn) % every == 0 then
    let_end(KEYS[i], ARGV[7])
    if redis.call('ZCARD', KEYS[i]) > above then
      redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -1 - kept)
    end
  end
end
return added
`,
  inMemory(redis: KeySpace, keys: readonly string[], args: readonly string[]): ScriptReply {
    const [score = 0, , kept = 0, above = 0, turn = 0, every = 1] = args.map(Number);
    let added = 0;
    for (const [place, key] of keys.entries()) {
      added += redis.addNew(key, [{ member: args[1] ?? "", score }]);
      if ((place + 1 + turn) % every === 0 && redis.count(key) > above) redis.keepNewest(key, kept);
    }
    return added;
  },
};

/** Adds many posts, and proves the timeline; in memory, without an end. */
export const fillScript = {
  name: "fill timeline",
  lua: `${cutOff}
for from = 6, #ARGV, 2000 do
  redis.call('ZADD', KEYS[1], 'NX', unpack(ARGV, from, math.min(from + 1999, #ARGV)))
end
local proof = ARGV[1] .. ' ' .. redis.call('ZCARD', KEYS[1]) .. ' ' .. ARGV[2]
redis.call('SET', KEYS[2], proof, 'EX', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return cut_off(tonumber(ARGV[3]), tonumber(ARGV[3]))
`,
  inMemory(redis: KeySpace, keys: readonly string[], args: readonly string[]): ScriptReply {
    const [key = "", proofKey = ""] = keys;
    const [run, state, kept, , , ...pairs] = args;
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
