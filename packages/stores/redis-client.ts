import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { CallScope } from "@faultline/rpc/call";
import { internal, invalidArgument } from "@faultline/rpc/errors";
import type { Observation } from "./observation.ts";
import { observeRedis } from "./observed-redis.ts";
import type { Redis, ScoredMember, Script, ScriptReply } from "./redis.ts";
import { parseRedisUrl } from "./redis-address.ts";
import { RedisConnection } from "./redis-connection.ts";
import { redisCodeOf } from "./redis-errors.ts";
import type { Reply } from "./redis-life.ts";

export interface RedisSettings extends Observation {
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string;
  /** With TLS: a PEM file of those who may sign the server's certificate; without, whom the system trusts. */
  readonly caFile?: string | undefined;
  /** How long the server may take to answer, or to be connected to. */
  readonly timeoutMs?: number;
  /** Commands that may wait for their answers; more are `resourceExhausted`. */
  readonly commandsMax?: number;
  /** How long a server that failed is left alone; calls fail at once meanwhile. */
  readonly retryAfterMs?: number;
}

/** As many commands as are sent in one go; the server does others' between two of them. */
const pipelineMax = 512;

/** As many members as one command may add or remove: the server does nothing else meanwhile. */
const membersMax = 524_288;

/**
 * A Redis. Nothing is opened before the first use; a server that went away is found again by itself. Throws if the
 * URL is malformed or the file cannot be read. Close it with `close()`.
 */
export function connectRedis(settings: RedisSettings): Redis {
  const {
    url,
    caFile,
    peer,
    timeoutMs = 2_000,
    commandsMax = 8_192,
    retryAfterMs = 250,
  } = settings;
  const address = parseRedisUrl(url);
  const ca = address.tls && caFile !== undefined ? readFileSync(caFile) : undefined;
  const limits = { timeoutMs, commandsMax, retryAfterMs };
  const connection = new RedisConnection({ ...address, ...limits, ca, peer });
  return observeRedis(createRedis(connection, peer), settings, address);
}

function createRedis(connection: RedisConnection, peer: string): Redis {
  const ask = async (command: readonly string[], scope: CallScope): Promise<Reply> => {
    const [reply = null] = await connection.send([command], scope);
    return reply;
  };
  const number = async (command: readonly string[], scope: CallScope): Promise<number> => {
    const reply = await ask(command, scope);
    if (typeof reply !== "number") throw internal(`${peer} did not answer with a number`);
    return reply;
  };
  const texts = async (command: readonly string[], scope: CallScope): Promise<string[]> => {
    const reply = await ask(command, scope);
    if (!Array.isArray(reply)) throw internal(`${peer} did not answer with a list`);
    return reply.map(String);
  };
  return {
    async addNew(key, members, scope) {
      if (members.length === 0) return 0;
      return number(["ZADD", key, "NX", ...scored(members)], scope);
    },
    addNewToMany: (keys, member, scope) => addNewToMany(connection, { keys, member }, scope),
    async put(key, members, scope) {
      if (members.length > 0) await number(["ZADD", key, ...scored(members)], scope);
    },
    async newest(key, start, stop, scope) {
      if (start < 0 || stop <= start) return [];
      return texts(["ZREVRANGE", key, `${start}`, `${stop - 1}`], scope);
    },
    oldest: (key, scope) => texts(["ZRANGE", key, "0", "-1"], scope),
    async remove(key, members, scope) {
      assertFew(members);
      return members.length === 0 ? 0 : number(["ZREM", key, ...members], scope);
    },
    count: (key, scope) => number(["ZCARD", key], scope),
    async keepNewest(key, size, scope) {
      await number(["ZREMRANGEBYRANK", key, "0", `${-1 - size}`], scope);
    },
    async get(key, scope) {
      const value = await ask(["GET", key], scope);
      return value === null ? undefined : String(value);
    },
    async set(key, value, scope) {
      await ask(["SET", key, value], scope);
    },
    exists: async (key, scope) => (await number(["EXISTS", key], scope)) === 1,
    async delete(keys, scope) {
      assertFew(keys);
      if (keys.length > 0) await number(["UNLINK", ...keys], scope);
    },
    runId: (scope) => connection.runId(scope),
    evaluate: (script, keys, args, scope) =>
      evaluate(ask, { script, rest: [`${keys.length}`, ...keys, ...args] }, scope),
    close: () => connection.close(),
  };
}

async function addNewToMany(
  connection: RedisConnection,
  { keys, member }: { readonly keys: readonly string[]; readonly member: ScoredMember },
  scope: CallScope,
): Promise<number> {
  const added = scored([member]);
  let sum = 0;
  for (let start = 0; start < keys.length; start += pipelineMax) {
    const chunk = keys.slice(start, start + pipelineMax);
    const replies = await connection.send(
      chunk.map((key) => ["ZADD", key, "NX", ...added]),
      scope,
    );
    sum += replies.reduce<number>((total, reply) => total + Number(reply), 0);
  }
  return sum;
}

/** The text travels only if the server does not have it, which is so after each of its starts. */
async function evaluate(
  ask: (command: readonly string[], scope: CallScope) => Promise<Reply>,
  { script, rest }: { readonly script: Script; readonly rest: readonly string[] },
  scope: CallScope,
): Promise<ScriptReply> {
  try {
    return await ask(["EVALSHA", digestOf(script), ...rest], scope);
  } catch (error) {
    if (redisCodeOf(error) !== "NOSCRIPT") throw error;
    return ask(["EVAL", script.lua, ...rest], scope);
  }
}

const digests = new WeakMap<Script, string>();

function digestOf(script: Script): string {
  const digest = digests.get(script) ?? createHash("sha1").update(script.lua).digest("hex");
  digests.set(script, digest);
  return digest;
}

function scored(members: readonly ScoredMember[]): string[] {
  assertFew(members);
  return members.flatMap(({ member, score }) => {
    if (!Number.isFinite(score)) throw invalidArgument("a score must be a finite number");
    return [`${score}`, member];
  });
}

function assertFew(many: readonly unknown[]): void {
  if (many.length > membersMax) throw invalidArgument(`at most ${membersMax} are taken at once`);
}
