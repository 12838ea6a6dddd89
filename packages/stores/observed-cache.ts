import { attributes as names } from "@faultline/telemetry/attributes";
import type { Cache } from "./memcached.ts";
import { createObserve, type Observation, type Work } from "./observation.ts";

/** What the layers see as the request of a `Call`. */
export interface CacheRead {
  readonly keys: readonly string[];
}
export interface CacheWrite {
  readonly key: string;
  readonly value: string | Uint8Array;
  readonly options: { readonly ttlS?: number } | undefined;
}

/** Makes every operation a `Call` that passes through the layers. `address` is where the cache is, for spans. */
export function observeCache(
  cache: Cache,
  observation: Observation,
  address?: { readonly host: string; readonly port: number },
): Cache {
  const observeAny = createObserve("memcached", observation);
  const server = address
    ? { [names.serverAddress]: address.host, [names.serverPort]: address.port }
    : {};
  const observe = <Request, Result>(operation: string, work: Work<Request, Result>) =>
    observeAny(operation, observation.peer, server, work);

  const getMany = observe("get", ({ keys }: CacheRead, scope) => cache.getMany(keys, scope));
  const set = observe("set", ({ key, value, options }: CacheWrite, scope) =>
    cache.set(key, value, scope, options),
  );
  const add = observe("add", ({ key, value, options }: CacheWrite, scope) =>
    cache.add(key, value, scope, options),
  );
  const remove = observe("delete", ({ key }: Pick<CacheWrite, "key">, scope) =>
    cache.delete(key, scope),
  );
  return {
    getMany: (keys, scope) => getMany({ keys }, scope),
    async get(key, scope) {
      const values = await getMany({ keys: [key] }, scope);
      return values.get(key);
    },
    set: (key, value, scope, options) => set({ key, value, options }, scope),
    add: (key, value, scope, options) => add({ key, value, options }, scope),
    delete: (key, scope) => remove({ key }, scope),
    close: () => cache.close(),
  };
}
