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
import type { Listening, ServerPlan } from "./server-plan.ts";

export interface StoreSettings {
  readonly machine: Machine;
  readonly dataDirectory: Pick<DataDirectory, "databasePath">;
  readonly portBase?: number;
  /** One server for all databases, that somebody else runs. */
  readonly mongoUrl?: string;
}

/** The database server of a service, unless somebody else runs it, and the URL by which the service finds it. */
export function databaseOf(service: string, store: MongoStore, settings: StoreSettings) {
  if (settings.mongoUrl) return { servers: [], url: settings.mongoUrl };
  const { machine, dataDirectory, portBase } = settings;
  const { database, port, auth = false } = store;
  const name = databaseServer(service, store);
  const dbpath = dataDirectory.databasePath(name);
  const at = (ownPort: number): Listening => ({
    command: mongodCommand(machine, { port: ownPort, dbpath, auth }),
    port: ownPort,
    url: `mongodb://127.0.0.1:${ownPort}`,
    ready: mongodAnswers(ownPort),
    ...(auth ? { prepare: () => createUsers({ port: ownPort, dbpath, database }) } : {}),
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
  return { servers: [server], url: `mongodb://${login}127.0.0.1:${ownPort}` };
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
export function redisOf(store: RedisStore, { machine, dataDirectory, portBase }: StoreSettings) {
  const name = redisServer(store);
  const directory = dataDirectory.databasePath(name);
  const at = (ownPort: number): Listening => ({
    command: redisCommand(machine, { port: ownPort, directory }),
    port: ownPort,
    url: `redis://127.0.0.1:${ownPort}`,
    ready: redisAnswers(ownPort),
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
  return { server, url: server.url };
}

/** The servers that a service keeps its data in, and the variables that tell it where they are. */
export function storesOf(
  { name, definition: { stores = {} } }: Pick<Service, "name" | "definition">,
  settings: StoreSettings,
) {
  const mongo = stores.mongo && databaseOf(name, stores.mongo, settings);
  const cache = stores.memcached && cacheOf(stores.memcached, settings);
  const redis = stores.redis && redisOf(stores.redis, settings);
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
    },
  };
}
