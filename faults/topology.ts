/** The lines of an application's table that faults look at; any `App` of packages/service is one. */
export interface Topology {
  readonly name: string;
  readonly services: Readonly<Record<string, { readonly definition: ServiceLine }>>;
}

export interface ServiceLine {
  readonly http?: boolean;
  readonly port: number;
  readonly containerPort?: number;
  readonly calls?: readonly string[];
  readonly stores?: {
    readonly mongo?: {
      readonly database: string;
      readonly host?: string;
      readonly port: number;
      readonly auth?: boolean;
    };
    readonly memcached?: {
      readonly name: string;
      readonly host?: string;
      readonly port: number;
    };
    readonly redis?: { readonly name: string; readonly host?: string; readonly port: number };
  };
}

/** What a name in a parameter must be a name of. Stores are named by their service, but as a `server` or a `redis` by their own. */
export type NameKind =
  | "service"
  | "rpc service"
  | "database"
  | "guarded database"
  | "cache"
  | "redis"
  | "server";

/** Every name of that kind in the application, sorted. */
export function namesOf({ services }: Topology, kind: NameKind): readonly string[] {
  if (kind === "server") {
    const all = Object.entries(services).flatMap(([name, { definition }]) => [
      name,
      ...storeServers(name, definition),
    ]);
    // Services may share a store.
    return [...new Set(all)].sort();
  }
  if (kind === "redis") {
    const redises = Object.values(services).flatMap(
      ({ definition }) => definition.stores?.redis ?? [],
    );
    return [...new Set(redises.map(redisServer))].sort();
  }
  const fits = fitting[kind];
  return Object.entries(services)
    .filter(([, { definition }]) => fits(definition))
    .map(([name]) => name)
    .sort();
}

const fitting: Readonly<
  Record<Exclude<NameKind, "server" | "redis">, (line: ServiceLine) => boolean>
> = {
  service: () => true,
  "rpc service": ({ http }) => !http,
  database: ({ stores }) => stores?.mongo !== undefined,
  "guarded database": ({ stores }) => stores?.mongo?.auth === true,
  cache: ({ stores }) => stores?.memcached !== undefined,
};

/** The stores of a service as they are called in every way of running: `mongodb-rate`, `memcached-rate`. */
function storeServers(service: string, line: ServiceLine): readonly string[] {
  return Object.keys(storeKinds(service, line));
}

function storeKinds(service: string, { stores = {} }: ServiceLine): Record<string, StoreKind> {
  const { mongo, memcached, redis } = stores;
  return {
    ...(mongo ? { [databaseOfLine(service, mongo)]: "mongod" as const } : {}),
    ...(memcached ? { [cacheServer(memcached)]: "memcached" as const } : {}),
    ...(redis ? { [redisServer(redis)]: "redis" as const } : {}),
  };
}

export type StoreKind = "mongod" | "memcached" | "redis";

/** What kind of store a server of that name is; undefined if it is none of the application's. */
export function storeKindOf({ services }: Topology, server: string): StoreKind | undefined {
  for (const [service, { definition }] of Object.entries(services)) {
    const kind = storeKinds(service, definition)[server];
    if (kind) return kind;
  }
  return undefined;
}

/** The line of a service. Throws if the application has none of that name. */
export function lineOf({ name, services }: Topology, service: string): ServiceLine {
  const found = Object.hasOwn(services, service) ? services[service] : undefined;
  if (!found) throw new Error(`${name} has no service ${service}`);
  return found.definition;
}

/** The MongoDB database of a service, as it stands in the table. Throws if it has none. */
export function databaseOf(topology: Topology, service: string): string {
  const mongo = lineOf(topology, service).stores?.mongo;
  if (!mongo) throw new Error(`${service} has no database`);
  return mongo.database;
}

/** `mongodb-rate`: the database server of a service, as it is called in every way of running. */
export function databaseServer(topology: Topology, service: string): string {
  return databaseOfLine(service, lineOf(topology, service).stores?.mongo);
}

function databaseOfLine(service: string, mongo: { readonly host?: string } | undefined): string {
  return mongo?.host ?? `mongodb-${service}`;
}

/** `memcached-reserve`: the cache server of a service, likewise. Throws if it has none. */
export function cacheServerOf(topology: Topology, service: string): string {
  const cache = lineOf(topology, service).stores?.memcached;
  if (!cache) throw new Error(`${service} has no cache`);
  return cacheServer(cache);
}

/** `memcached-reserve`: a cache server, likewise; several services may share one. */
export function cacheServer({ name, host }: NamedStore): string {
  return host ?? `memcached-${name}`;
}

/** `home-timeline-redis`: a Redis server, likewise. */
export function redisServer({ name, host }: NamedStore): string {
  return host ?? `${name}-redis`;
}

/** The services that use a Redis. */
export function usersOfRedis({ services }: Topology, server: string): readonly string[] {
  return Object.entries(services).flatMap(([name, { definition }]) => {
    const redis = definition.stores?.redis;
    return redis && redisServer(redis) === server ? [name] : [];
  });
}

interface NamedStore {
  readonly name: string;
  readonly host?: string;
}
