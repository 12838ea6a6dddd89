import {
  cacheServer,
  databaseServer,
  type MemcachedStore,
  type MongoStore,
  type RedisStore,
  redisServer,
  type Service,
} from "@faultline/service/define-app";
import { memcachedCommand, mongodCommand, redisCommand } from "./commands.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { Machine } from "./machine.ts";
import { createUsers, databaseUser } from "./mongo-users.ts";
import { localPort } from "./ports.ts";
import { memcachedAnswers } from "./ready/memcached.ts";
import { mongodAnswers } from "./ready/mongod.ts";
import { redisAnswers } from "./ready/redis.ts";
import { tlsAnswers } from "./ready/tls.ts";
import type { Listening, ServerPlan } from "./server-plan.ts";
import type { StoreTls } from "./store-tls.ts";

export interface StoreSettings {
  readonly machine: Machine;
  readonly dataDirectory: Pick<DataDirectory, "databasePath">;
  readonly portBase?: number;
  /** One server for all databases, that somebody else runs. */
  readonly mongoUrl?: string;
  /** By the names of applications, of those whose stores speak TLS. */
  readonly storeTls?: ReadonlyMap<string, StoreTls>;
}

/** The database server of a service, unless somebody else runs it, and the URL by which the service finds it. */
export function databaseOf(
  { app, name: service }: Pick<Service, "app" | "name">,
  store: MongoStore,
  settings: StoreSettings,
) {
  if (settings.mongoUrl) return { servers: [], url: settings.mongoUrl };
  const { machine, dataDirectory, portBase } = settings;
  const { database, port, auth = false } = store;
  const name = databaseServer(service, store);
  const dbpath = dataDirectory.databasePath(name);
  const tls = speaking(settings.storeTls?.get(app), "mongo");
  const at = (ownPort: number): Listening => ({
    command: mongodCommand(machine, { port: ownPort, dbpath, auth, tls }),
    port: ownPort,
    url: `mongodb://127.0.0.1:${ownPort}${tls ? "/?tls=true" : ""}`,
    ready: tls?.mongo === "requireTLS" ? tlsAnswers(ownPort) : mongodAnswers(ownPort),
    ...(auth
      ? { prepare: () => createUsers({ port: ownPort, dbpath, database, caFile: tls?.caFile }) }
      : {}),
  });
  const ownPort = localPort("mongod", port, portBase);
  const server: ServerPlan = {
    name,
    kind: "mongod",
    ...at(ownPort),
    at,
    startAfter: [],
    uses: [],
  };
  const login = auth ? `${databaseUser.name}:${databaseUser.password}@` : "";
  const options = tls ? `/?tls=true&tlsCAFile=${encodeURIComponent(tls.caFile)}` : "";
  return { servers: [server], url: `mongodb://${login}127.0.0.1:${ownPort}${options}` };
}

/** The memcached of a service, and the address by which the service finds it. */
export function cacheOf(store: MemcachedStore, { machine, portBase }: StoreSettings) {
  const at = (ownPort: number): Listening => ({
    command: memcachedCommand(machine, ownPort),
    port: ownPort,
    url: `127.0.0.1:${ownPort}`,
    ready: memcachedAnswers(ownPort),
  });
  const ownPort = localPort("memcached", store.port, portBase);
  const server: ServerPlan = {
    name: cacheServer(store),
    kind: "memcached",
    ...at(ownPort),
    at,
    startAfter: [],
    uses: [],
  };
  return { server, address: `127.0.0.1:${ownPort}` };
}

/** The Redis of a service, and the URL by which the service finds it. */
export function redisOf(
  app: string,
  store: RedisStore,
  { machine, dataDirectory, portBase, storeTls }: StoreSettings,
) {
  const tls = speaking(storeTls?.get(app), "redis");
  const name = redisServer(store);
  const directory = dataDirectory.databasePath(name);
  const at = (ownPort: number): Listening => ({
    command: redisCommand(machine, { port: ownPort, directory, tls }),
    port: ownPort,
    url: `${tls ? "rediss" : "redis"}://127.0.0.1:${ownPort}`,
    ready: redisAnswers(ownPort, tls?.caFile),
  });
  const ownPort = localPort("redis", store.port, portBase);
  const server: ServerPlan = {
    name,
    kind: "redis",
    ...at(ownPort),
    at,
    startAfter: [],
    uses: [],
  };
  return { server, url: server.url, ...(tls ? { caFile: tls.caFile } : {}) };
}

function speaking(tls: StoreTls | undefined, store: "mongo" | "redis"): StoreTls | undefined {
  return tls?.[store] === "disabled" ? undefined : tls;
}

/** The servers that a service keeps its data in, and the variables that tell it where they are. */
export function storesOf(
  { app, name, definition: { stores = {} } }: Pick<Service, "app" | "name" | "definition">,
  settings: StoreSettings,
) {
  const mongo = stores.mongo && databaseOf({ app, name }, stores.mongo, settings);
  const cache = stores.memcached && cacheOf(stores.memcached, settings);
  const redis = stores.redis && redisOf(app, stores.redis, settings);
  return {
    servers: [
      ...(mongo?.servers ?? []),
      ...(cache ? [cache.server] : []),
      ...(redis ? [redis.server] : []),
    ],
    variables: {
      ...(mongo ? { MONGO_URL: mongo.url } : {}),
      ...(cache ? { MEMCACHED_ADDRESS: cache.address } : {}),
      ...(redis ? { REDIS_URL: redis.url } : {}),
      ...(redis?.caFile ? { REDIS_CA_FILE: redis.caFile } : {}),
    },
  };
}
