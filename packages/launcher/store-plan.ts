import type { MemcachedStore, MongoStore } from "@faultline/service/define-app";
import { memcachedCommand, mongodCommand } from "./commands.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { Machine } from "./machine.ts";
import { createUsers, databaseUser } from "./mongo-users.ts";
import { localPort } from "./ports.ts";
import { memcachedAnswers } from "./ready/memcached.ts";
import { mongodAnswers } from "./ready/mongod.ts";
import type { Listening, ServerPlan } from "./server-plan.ts";

export interface StoreSettings {
  readonly machine: Machine;
  readonly dataDirectory: Pick<DataDirectory, "databasePath">;
  readonly portBase?: number;
  /** One server for all databases, that somebody else runs. */
  readonly mongoUrl?: string;
}

/** The database server of a service, unless somebody else runs it, and the URL by which the service finds it. */
export function databaseOf(
  service: string,
  { database, port, auth = false }: MongoStore,
  settings: StoreSettings,
) {
  if (settings.mongoUrl) return { servers: [], url: settings.mongoUrl };
  const { machine, dataDirectory, portBase } = settings;
  const name = `mongodb-${service}`;
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
export function cacheOf({ name, port }: MemcachedStore, { machine, portBase }: StoreSettings) {
  const at = (ownPort: number): Listening => ({
    command: memcachedCommand(machine, ownPort),
    port: ownPort,
    url: `127.0.0.1:${ownPort}`,
    ready: memcachedAnswers(ownPort),
  });
  const ownPort = localPort("memcached", port, portBase);
  const server: ServerPlan = {
    name: `memcached-${name}`,
    kind: "memcached",
    ...at(ownPort),
    at,
    startAfter: [],
    uses: [],
  };
  return { server, address: `127.0.0.1:${ownPort}` };
}
