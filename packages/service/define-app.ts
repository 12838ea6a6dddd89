import type { Contract } from "@faultline/rpc/service";

/** The MongoDB database of a service: one server of its own, as in the original deployment. */
export interface MongoStore {
  readonly database: string;
  /** The server's name, where it is not `mongodb-<service>`. Services that say the same name share the server. */
  readonly host?: string;
  /** Port on a developer's machine; in containers every server has its own 27017. */
  readonly port: number;
  /** The server runs with access control, and the service logs in. */
  readonly auth?: boolean;
  /** 64-bit integers are `bigint`s, both ways; without, they are numbers. */
  readonly bigints?: boolean;
}

/** The memcached of a service. `name` makes the server's name: `memcached-<name>`. */
export interface MemcachedStore {
  readonly name: string;
  /** The server's name, where it is another one. Services that say the same name share the server. */
  readonly host?: string;
  /** Port on a developer's machine; in containers every server has its own 11211. */
  readonly port: number;
}

/** The Redis of a service. `name` makes the server's name: `<name>-redis`. */
export interface RedisStore {
  readonly name: string;
  /** The server's name, where it is another one. Services that say the same name share the server. */
  readonly host?: string;
  /** Port on a developer's machine; in containers every server has its own 6379. */
  readonly port: number;
}

export interface Stores {
  readonly mongo?: MongoStore;
  readonly memcached?: MemcachedStore;
  readonly redis?: RedisStore;
}

/** One line of an application's table: everything that is true of a service wherever it runs. */
export interface ServiceDefinition {
  /** What it speaks. Left out for a front door, which speaks HTTP. */
  readonly contract?: Contract;
  readonly http?: true;
  /** The name of its host, its process and its container, where it is not the key of the line. */
  readonly host?: string;
  /** What traces call it, where that is not its host. */
  readonly tracedAs?: string;
  /** Port on a developer's machine. */
  readonly port: number;
  /** Port in a container, where it is another one. */
  readonly containerPort?: number;
  readonly stores?: Stores;
  /** The services it calls, by name. */
  readonly calls?: readonly string[];
  /** It signs or verifies the tokens of logins, and is told the secret: `JWT_SECRET`. */
  readonly tokens?: true;
  /** It makes ids, and each of its replicas is told a number of its own: `MACHINE_ID`. */
  readonly ids?: true;
}

/** The lines of an application, by service name. */
export type Table = Readonly<Record<string, ServiceDefinition>>;

/** A service of an application: its line, its name, and the table that its callees stand in. */
export interface Service<D extends ServiceDefinition = ServiceDefinition, T extends Table = Table> {
  readonly app: string;
  /** The key of its line: what code, folders and variables call it. */
  readonly name: string;
  /** What it is called wherever it runs, and in traces unless its line says otherwise. */
  readonly host: string;
  readonly definition: D;
  readonly table: T;
  /** The compiled contracts of the application, for reflection; read when first asked for. */
  readonly descriptors?: Descriptors | undefined;
}

/** A serialized `FileDescriptorSet`. */
export type Descriptors = () => Promise<Uint8Array>;

export interface App<T extends Table = Table> {
  readonly name: string;
  readonly table: T;
  readonly services: { readonly [Name in keyof T]: Service<T[Name], T> };
}

/**
 * Checks an application's table and gives each line its name. Throws if two servers would share a port, a
 * callee does not exist, or a service has neither a contract nor `http: true`.
 */
export function defineApp<const T extends Table>(
  name: string,
  table: T,
  { descriptors }: { readonly descriptors?: Descriptors } = {},
): App<T> {
  assertDistinctPorts(name, table);
  assertDistinctNames(name, table);
  for (const [service, definition] of Object.entries(table)) {
    if (!definition.contract === !definition.http) {
      throw new Error(`${name}: ${service} needs either a contract or http: true`);
    }
    for (const callee of definition.calls ?? []) {
      if (!table[callee]?.contract)
        throw new Error(`${name}: ${service} calls ${callee}, which is no RPC service`);
    }
  }
  const services = Object.fromEntries(
    Object.entries(table).map(([service, definition]) => [
      service,
      {
        app: name,
        name: service,
        host: hostOf(service, definition),
        definition,
        table,
        descriptors,
      },
    ]),
  );
  return { name, table, services: services as App<T>["services"] };
}

/**
 * The lines of an application by the names that everything has while it runs: services, callees and stores are called
 * by their hosts, as in traces, in containers and by operators.
 */
export function asDeployed({ name, table }: Pick<App, "name" | "table">): {
  readonly name: string;
  readonly services: Readonly<Record<string, { readonly definition: ServiceDefinition }>>;
} {
  const lines = Object.entries(table).map(([key, line]) => {
    const { mongo, memcached, redis } = line.stores ?? {};
    const definition = {
      ...line,
      calls: (line.calls ?? []).map((callee) => hostOf(callee, table[callee] ?? {})),
      stores: {
        ...(mongo ? { mongo: { ...mongo, host: databaseServer(key, mongo) } } : {}),
        ...(memcached ? { memcached: { ...memcached, host: cacheServer(memcached) } } : {}),
        ...(redis ? { redis: { ...redis, host: redisServer(redis) } } : {}),
      },
    };
    return [hostOf(key, line), { definition }] as const;
  });
  return { name, services: Object.fromEntries(lines) };
}

/** The front door that people come in by: the first in the table, if it has several. Throws if there is none. */
export function frontDoorOf(app: App): Service {
  const door = Object.values(app.services).find(({ definition }) => definition.http);
  if (!door) throw new Error(`${app.name} has no front door`);
  return door;
}

/** `geo`, `compose-post-service`: what a service is called wherever it runs. */
export function hostOf(service: string, { host }: Pick<ServiceDefinition, "host">): string {
  return host ?? service;
}

/** What traces call a service. */
export function tracedAs({ host, definition }: Pick<Service, "host" | "definition">): string {
  return definition.tracedAs ?? host;
}

/** What a service is asked in. */
export type Protocol = "grpc" | "http" | "thrift";

/** What a service speaks: what its contract says, and HTTP as a front door. */
export function protocolOf({ http, contract }: ServiceDefinition): Protocol {
  return http ? "http" : (contract?.protocol ?? "grpc");
}

/** Where a service listens in a container of its own. */
export function containerPort({ port, containerPort = port }: ServiceDefinition): number {
  return containerPort;
}

/** `mongodb-rate`, `user-mongodb`: the database server of a service, as it is called in every way of running. */
export function databaseServer(service: string, { host }: Pick<MongoStore, "host">): string {
  return host ?? `mongodb-${service}`;
}

/** `memcached-rate`: a cache server, likewise. */
export function cacheServer({ name, host }: Pick<MemcachedStore, "name" | "host">): string {
  return host ?? `memcached-${name}`;
}

/** `home-timeline-redis`: a Redis server, likewise. */
export function redisServer({ name, host }: Pick<RedisStore, "name" | "host">): string {
  return host ?? `${name}-redis`;
}

/** The servers that a service keeps its data in, by name. */
function serversOf(service: string, { stores = {} }: ServiceDefinition) {
  const { mongo, memcached, redis } = stores;
  return [
    ...(mongo ? [{ name: databaseServer(service, mongo), store: mongo }] : []),
    ...(memcached ? [{ name: cacheServer(memcached), store: memcached }] : []),
    ...(redis ? [{ name: redisServer(redis), store: redis }] : []),
  ];
}

function assertDistinctPorts(name: string, table: Table): void {
  const owners = new Map<number, string>();
  const claim = (port: number, owner: string) => {
    const other = owners.get(port) ?? owner;
    if (other !== owner) throw new Error(`${name}: ${owner} and ${other} both have port ${port}`);
    owners.set(port, owner);
  };
  for (const [service, definition] of Object.entries(table)) {
    claim(definition.port, hostOf(service, definition));
    for (const { name, store } of serversOf(service, definition)) claim(store.port, name);
  }
}

/** A name is one service's, or that of a store which all who say it describe alike. */
function assertDistinctNames(name: string, table: Table): void {
  const owners = new Map<string, string>();
  const claim = (server: string, is: object) => {
    const described = JSON.stringify(is);
    if ((owners.get(server) ?? described) !== described)
      throw new Error(`${name}: ${server} is described in two ways`);
    owners.set(server, described);
  };
  for (const [service, definition] of Object.entries(table)) {
    claim(hostOf(service, definition), { service });
    for (const { name, store } of serversOf(service, definition)) claim(name, store);
  }
}
