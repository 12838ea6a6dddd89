import { attributes as names } from "@faultline/telemetry/attributes";
import { type Attributes, createObserve, type Observation, type Work } from "./observation.ts";
import type { Redis, ScoredMember, Script } from "./redis.ts";

/** What the layers see as the request of a `Call`. */
export interface RedisRead {
  readonly key: string;
}
export interface RedisRange extends RedisRead {
  readonly start: number;
  readonly stop: number;
}
export interface RedisAdd extends RedisRead {
  readonly members: readonly ScoredMember[];
}
export interface RedisAddToMany {
  readonly keys: readonly string[];
  readonly member: ScoredMember;
}
export interface RedisEvaluate {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

type ObserveCommand = <Request, Result>(
  command: string,
  work: Work<Request, Result>,
  more?: Attributes,
) => Work<Request, Result>;

/** Makes every operation a `Call` that passes through the layers. `address` is where the server is, for spans. */
export function observeRedis(
  redis: Redis,
  observation: Observation,
  address?: { readonly host: string; readonly port: number; readonly database: number },
): Redis {
  const observeAny = createObserve("redis", observation);
  const server: Attributes = address
    ? {
        [names.dbNamespace]: `${address.database}`,
        [names.serverAddress]: address.host,
        [names.serverPort]: address.port,
      }
    : {};
  const observe: ObserveCommand = (command, work, more) =>
    observeAny(command, observation.peer, { ...server, ...more }, work);
  return {
    ...observeSortedSets(redis, observe),
    ...observeValues(redis, observe),
    ...observeScripts(redis, observe),
    close: () => redis.close(),
  };
}

type SortedSets =
  | "addNew"
  | "addNewToMany"
  | "put"
  | "newest"
  | "oldest"
  | "remove"
  | "count"
  | "keepNewest";

function observeSortedSets(redis: Redis, observe: ObserveCommand): Pick<Redis, SortedSets> {
  const addNew = observe("ZADD", ({ key, members }: RedisAdd, scope) =>
    redis.addNew(key, members, scope),
  );
  const addNewToMany = observe("PIPELINE ZADD", ({ keys, member }: RedisAddToMany, scope) =>
    redis.addNewToMany(keys, member, scope),
  );
  const put = observe("ZADD", ({ key, members }: RedisAdd, scope) =>
    redis.put(key, members, scope),
  );
  const newest = observe("ZREVRANGE", ({ key, start, stop }: RedisRange, scope) =>
    redis.newest(key, start, stop, scope),
  );
  const oldest = observe("ZRANGE", ({ key }: RedisRead, scope) => redis.oldest(key, scope));
  const remove = observe(
    "ZREM",
    ({ key, members }: RedisRead & { members: readonly string[] }, scope) =>
      redis.remove(key, members, scope),
  );
  const count = observe("ZCARD", ({ key }: RedisRead, scope) => redis.count(key, scope));
  const keepNewest = observe(
    "ZREMRANGEBYRANK",
    ({ key, size }: RedisRead & { size: number }, scope) => redis.keepNewest(key, size, scope),
  );
  return {
    addNew: (key, members, scope) => addNew({ key, members }, scope),
    addNewToMany: (keys, member, scope) => addNewToMany({ keys, member }, scope),
    put: (key, members, scope) => put({ key, members }, scope),
    newest: (key, start, stop, scope) => newest({ key, start, stop }, scope),
    oldest: (key, scope) => oldest({ key }, scope),
    remove: (key, members, scope) => remove({ key, members }, scope),
    count: (key, scope) => count({ key }, scope),
    keepNewest: (key, size, scope) => keepNewest({ key, size }, scope),
  };
}

function observeValues(
  redis: Redis,
  observe: ObserveCommand,
): Pick<Redis, "get" | "set" | "exists" | "delete"> {
  const get = observe("GET", ({ key }: RedisRead, scope) => redis.get(key, scope));
  const set = observe("SET", ({ key, value }: RedisRead & { value: string }, scope) =>
    redis.set(key, value, scope),
  );
  const exists = observe("EXISTS", ({ key }: RedisRead, scope) => redis.exists(key, scope));
  const remove = observe("UNLINK", ({ keys }: { keys: readonly string[] }, scope) =>
    redis.delete(keys, scope),
  );
  return {
    get: (key, scope) => get({ key }, scope),
    set: (key, value, scope) => set({ key, value }, scope),
    exists: (key, scope) => exists({ key }, scope),
    delete: (keys, scope) => remove({ keys }, scope),
  };
}

function observeScripts(redis: Redis, observe: ObserveCommand): Pick<Redis, "runId" | "evaluate"> {
  const evaluate = observe("EVALSHA", ({ script, keys, args }: RedisEvaluate, scope) =>
    redis.evaluate(script, keys, args, scope),
  );
  return {
    // The connection knows it: nobody is asked.
    runId: (scope) => redis.runId(scope),
    evaluate: (script, keys, args, scope) => evaluate({ script, keys, args }, scope),
  };
}
