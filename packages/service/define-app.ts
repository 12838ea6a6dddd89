import type { Contract } from "@faultline/rpc/service";

/** The MongoDB database of a service: one server of its own, as in the original deployment. */
export interface MongoStore {
  readonly database: string;
  /** Port on a developer's machine; in containers every server has its own 27017. */
  readonly port: number;
  /** The server runs with access control, and the service logs in. */
  readonly auth?: boolean;
}

/** The memcached of a service. `name` makes the host name: `memcached-<name>`. */
export interface MemcachedStore {
  readonly name: string;
  /** Port on a developer's machine; in containers every server has its own 11211. */
  readonly port: number;
}

/** One line of an application's table: everything that is true of a service wherever it runs. */
export interface ServiceDefinition {
  /** What it speaks. Left out for a front door, which speaks HTTP. */
  readonly contract?: Contract;
  readonly http?: true;
  readonly port: number;
  readonly stores?: { readonly mongo?: MongoStore; readonly memcached?: MemcachedStore };
  /** The services it calls, by name. */
  readonly calls?: readonly string[];
}

/** The lines of an application, by service name. */
export type Table = Readonly<Record<string, ServiceDefinition>>;

/** A service of an application: its line, its name, and the table that its callees stand in. */
export interface Service<D extends ServiceDefinition = ServiceDefinition, T extends Table = Table> {
  readonly app: string;
  readonly name: string;
  readonly definition: D;
  readonly table: T;
  /** The compiled contracts of the application, for reflection; read when first asked for. */
  readonly descriptors?: Descriptors | undefined;
}

/** A serialized `FileDescriptorSet`. */
export type Descriptors = () => Promise<Uint8Array>;

export interface App<T extends Table = Table> {
  readonly name: string;
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
      { app: name, name: service, definition, table, descriptors },
    ]),
  );
  return { name, services: services as App<T>["services"] };
}

function assertDistinctPorts(name: string, table: Table): void {
  const owners = new Map<number, string>();
  const claim = (port: number, owner: string) => {
    const other = owners.get(port);
    if (other) throw new Error(`${name}: ${owner} and ${other} both have port ${port}`);
    owners.set(port, owner);
  };
  for (const [service, { port, stores }] of Object.entries(table)) {
    claim(port, service);
    if (stores?.mongo) claim(stores.mongo.port, `mongodb-${service}`);
    if (stores?.memcached) claim(stores.memcached.port, `memcached-${stores.memcached.name}`);
  }
}
