import type { Cache } from "./memcached.ts";
import { createAsk, type Observation } from "./observation.ts";

/** Makes every operation a `Call` that passes through the layers. `address` is where the cache is, for spans. */
export function observeCache(
  cache: Cache,
  observation: Observation,
  address?: { readonly host: string; readonly port: number },
): Cache {
  const ask = createAsk("memcached", observation);
  const server = address && { "server.address": address.host, "server.port": address.port };
  const labelOf = (operation: string) => ({
    name: `${operation} ${observation.peer}`,
    attributes: { "db.system.name": "memcached", "db.operation.name": operation, ...server },
  });
  const get = labelOf("get");
  const set = labelOf("set");
  const add = labelOf("add");
  const remove = labelOf("delete");
  return {
    getMany: (keys, scope) => ask(get, scope, { keys }, (call) => cache.getMany(keys, call)),
    get: (key, scope) => ask(get, scope, { keys: [key] }, (call) => cache.get(key, call)),
    set: (key, value, scope, options) =>
      ask(set, scope, { key, value }, (call) => cache.set(key, value, call, options)),
    add: (key, value, scope, options) =>
      ask(add, scope, { key, value }, (call) => cache.add(key, value, call, options)),
    delete: (key, scope) => ask(remove, scope, { key }, (call) => cache.delete(key, call)),
    close: () => cache.close(),
  };
}
