/** The lines of an application's table that faults look at; any `App` of packages/service is one. */
export interface Topology {
  readonly name: string;
  readonly services: Readonly<Record<string, { readonly definition: ServiceLine }>>;
}

export interface ServiceLine {
  readonly http?: boolean;
  readonly port: number;
  readonly calls?: readonly string[];
  readonly stores?: {
    readonly mongo?: { readonly database: string; readonly port: number; readonly auth?: boolean };
    readonly memcached?: { readonly name: string; readonly port: number };
  };
}

/** What a name in a parameter must be a name of. `database` and `cache` are named by their service. */
export type NameKind = "service" | "rpc service" | "database" | "guarded database" | "cache";

/** Every name of that kind in the application, sorted. */
export function namesOf({ services }: Topology, kind: NameKind): readonly string[] {
  const fits = fitting[kind];
  return Object.entries(services)
    .filter(([, { definition }]) => fits(definition))
    .map(([name]) => name)
    .sort();
}

const fitting: Readonly<Record<NameKind, (line: ServiceLine) => boolean>> = {
  service: () => true,
  "rpc service": ({ http }) => !http,
  database: ({ stores }) => stores?.mongo !== undefined,
  "guarded database": ({ stores }) => stores?.mongo?.auth === true,
  cache: ({ stores }) => stores?.memcached !== undefined,
};

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
export function databaseServer(service: string): string {
  return `mongodb-${service}`;
}
