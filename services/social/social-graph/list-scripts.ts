import type { Script } from "@faultline/stores/redis";

/** How long a filling may take from one step to the next, in milliseconds; then others may begin theirs. */
export const fillingMs = 10_000;

/** How long a list counts, in milliseconds: what nobody asks for goes, and no error lasts for ever. */
const listMs = 600_000;

/** As many members as one step stages, so that others need not wait long. */
export const stagedMax = 1_000;

/** Longer lists are left to a command of their own, which is faster for many members. */
const readMax = 1_000;

/** Answers the proof of a list, and its members unless they are many: `[list, proof key]`. */
export const readList: Script = {
  name: "readList",
  lua: `
local proof = redis.call("GET", KEYS[2])
if not proof then return false end
if redis.call("ZCARD", KEYS[1]) > ${readMax} then return {proof} end
return {proof, redis.call("ZRANGE", KEYS[1], 0, -1)}`,
  inMemory(redis, [list = "", proofKey = ""]) {
    const proof = redis.get(proofKey);
    if (proof === undefined) return null;
    return redis.count(list) > readMax ? [proof] : [proof, redis.oldest(list)];
  },
};

/** Gives out the token of a list: `[token key] [token, how long]`. Answers 0 while there is one. */
export const beginFilling: Script = {
  name: "beginFilling",
  lua: `return redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) and 1 or 0`,
  inMemory(redis, [tokenKey = ""], [token = ""]) {
    if (redis.exists(tokenKey)) return 0;
    redis.set(tokenKey, token);
    return 1;
  },
};

/** Puts a part of a list aside: `[token key, staged list] [token, score, member, …]`. Answers 0 if the token is gone. */
export const stage: Script = {
  name: "stage",
  lua: `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then
  redis.call("UNLINK", KEYS[2])
  return 0
end
redis.call("ZADD", KEYS[2], unpack(ARGV, 2))
redis.call("PEXPIRE", KEYS[1], ${fillingMs})
redis.call("PEXPIRE", KEYS[2], ${fillingMs})
return 1`,
  inMemory(redis, [tokenKey = "", staged = ""], [token, ...pairs]) {
    if (redis.get(tokenKey) !== token) {
      redis.delete([staged]);
      return 0;
    }
    for (let i = 0; i < pairs.length; i += 2)
      redis.put(staged, [{ score: Number(pairs[i]), member: pairs[i + 1] ?? "" }]);
    return 1;
  },
};

/**
 * Makes what was put aside the list, all at once:
 * `[list, proof key, token key, staged list] [token, proof, length]`. Answers 0 if the token is gone.
 */
export const publish: Script = {
  name: "publish",
  lua: `
local length = tonumber(ARGV[3])
if redis.call("GET", KEYS[3]) ~= ARGV[1] or redis.call("ZCARD", KEYS[4]) ~= length then
  redis.call("UNLINK", KEYS[4])
  return 0
end
redis.call("UNLINK", KEYS[1], KEYS[3])
if length > 0 then
  redis.call("RENAME", KEYS[4], KEYS[1])
  redis.call("PEXPIRE", KEYS[1], ${listMs})
end
redis.call("SET", KEYS[2], ARGV[2], "PX", ${listMs})
return 1`,
  inMemory(redis, [list = "", proofKey = "", tokenKey = "", staged = ""], args) {
    const [token, proof = "", length] = args;
    const members = redis.oldest(staged).map((member) => {
      return { member, score: redis.score(staged, member) ?? 0 };
    });
    redis.delete([staged]);
    if (redis.get(tokenKey) !== token || members.length !== Number(length)) return 0;
    redis.delete([list, tokenKey]);
    redis.put(list, members);
    redis.set(proofKey, proof);
    return 1;
  },
};
