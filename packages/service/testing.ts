import { readServiceConfig } from "@faultline/config";
import type { MaybeLayer } from "@faultline/rpc/compose";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { createMemoryRedis, type MemoryRedis } from "@faultline/stores/redis-memory";
import { freePort } from "@faultline/stores/testing/child-server";
import { Metrics, silent, type Tracing } from "@faultline/telemetry";
import { startTracing } from "@faultline/telemetry/tracing";
import { loadApp, loadAssembly } from "./applications.ts";
import { isCircular } from "./call-order.ts";
import { Closing } from "./closing.ts";
import {
  type App,
  cacheServer,
  databaseServer,
  frontDoorOf,
  redisServer,
  type Service,
  tracedAs,
} from "./define-app.ts";
import { factsOf } from "./facts.ts";
import type { Flags } from "./flags/flags.ts";
import { Switchboard } from "./flags/switchboard.ts";
import { inProcess } from "./in-process.ts";
import { layersOf } from "./layers.ts";
import { mongoUrlAt } from "./mongo-address.ts";
import { overSockets } from "./over-sockets.ts";
import { startApp as start } from "./start-app.ts";
import type { Flagged, Surroundings } from "./surroundings.ts";

type SpanExporter = NonNullable<Parameters<typeof startTracing>[0]["exporter"]>;

export interface TestAppOptions {
  /** With real servers for the stores every call is a real one over a socket; without, nothing leaves the process. */
  readonly servers?: {
    /** A MongoDB server for all databases. */
    readonly mongoUrl: string;
    /** The address of each cache's memcached, by the cache's name. */
    readonly memcached: ReadonlyMap<string, string>;
    /** The URL of each Redis, by its name. */
    readonly redis?: ReadonlyMap<string, string>;
  };
  /** Gets every span of every service. */
  readonly exporter?: SpanExporter;
  /** Laid around every operation on a store. */
  readonly storeLayers?: readonly MaybeLayer[];
  /** What the services follow; without, they have no flags. */
  readonly flags?: Flags;
}

/** An application that runs inside a test. */
export interface TestApp {
  /** The front door, as `http://127.0.0.1:port`. */
  readonly url: string;
  /** Of every service with a port: where it listens. */
  address(service: string): string;
  /** The cache of a service; only where nothing leaves the process. */
  cache(name: string): Cache;
  /** The Redis of that name; likewise. */
  redis(name: string): MemoryRedis;
  close(): Promise<void>;
}

const nowhere = "mongodb://127.0.0.1";

const limits = { startDeadlineMs: 10_000, drainMs: 2_000 };

/** Starts every service of an application inside the test's process. The caller closes it. */
export async function startApp(name: string, options: TestAppOptions = {}): Promise<TestApp> {
  const app = await loadApp(name);
  const closing = new Closing();
  const tracings = tracingByService(app, options, closing);
  const caches = new Map<string, Cache>();
  const redises = new Map<string, MemoryRedis>();
  const ports = await portsInCircles(app);
  const boards = switchboards(app, options);
  const flagged = (service: string) => boards.get(service);
  const around = options.servers
    ? withServers(options, tracings, ports, flagged)
    : withoutServers(options, tracings, { caches, redises }, flagged);
  const running = await start(app, (service) => loadAssembly(app, service), around, limits);
  closing.opened(running);
  const address = (service: string) => `127.0.0.1:${running.ports.get(service)}`;
  return {
    url: `http://${address(frontDoorOf(app).name)}`,
    address,
    cache(name) {
      const cache = caches.get(name);
      if (!cache) throw new Error(`there is no cache ${name} in this process`);
      return cache;
    },
    redis(name) {
      const redis = redises.get(name);
      if (!redis) throw new Error(`there is no Redis ${name} in this process`);
      return redis;
    },
    close: () => closing.close(),
  };
}

function switchboards(app: App, { flags }: TestAppOptions): ReadonlyMap<string, Flagged> {
  if (!flags) return new Map();
  const of = (service: Service): Flagged => ({
    flags,
    switchboard: new Switchboard({ service, instance: "0", port: 0, reveal: false, log: silent }),
  });
  return new Map(Object.values(app.services).map((service) => [service.name, of(service)]));
}

/** Services that call each other in a circle need to know the other's port before it listens. */
async function portsInCircles(app: App): Promise<Map<string, number>> {
  const inCircle = Object.values(app.services).filter(({ name, definition }) =>
    definition.calls?.some((callee) => isCircular(app, name, callee)),
  );
  const ports = inCircle.map(async ({ name }) => [name, await freePort()] as const);
  return new Map(await Promise.all(ports));
}

type Tracings = ReadonlyMap<string, Tracing>;

function tracingByService(app: App, { exporter }: TestAppOptions, closing: Closing): Tracings {
  if (!exporter) return new Map();
  const sampling = { sampler: "parentbased_always_on", ratio: 1 } as const;
  const entries = Object.values(app.services).map((service) => {
    const common = { version: "0", sampling, log: silent, otlpUrl: "http://127.0.0.1:4318" };
    const tracing = startTracing({ service: tracedAs(service), exporter, ...common });
    return [service.name, closing.opened(tracing)] as const;
  });
  return new Map(entries);
}

function withoutServers(
  { storeLayers = [] }: TestAppOptions,
  tracings: Tracings,
  { caches, redises }: { caches: Map<string, Cache>; redises: Map<string, MemoryRedis> },
  flagged: (service: string) => Flagged | undefined,
): (service: Service) => Surroundings {
  const metrics = new Metrics();
  const layers = (service: string) => {
    const options = { requestDeadlineMs: 30_000, verbose: false, storeLayers };
    const { switchboard } = flagged(service) ?? {};
    return layersOf({ tracing: tracings.get(service), metrics }, { ...options, switchboard });
  };
  const databases = new Map<string, Mongo>();
  return inProcess({
    log: silent,
    host: "127.0.0.1",
    layersOf: layers,
    flaggedOf: ({ name }) => flagged(name),
    frontDoorPort: () => 0,
    mongo({ name, host: service }, store, elsewhere) {
      const { database } = store;
      const own = { service, peer: databaseServer(name, store), layers: layers(name).store };
      // What is in this process has no address: whoever wants one gets what is there.
      if (elsewhere) return connectMongo({ ...own, database, url: mongoUrlAt(nowhere, elsewhere) });
      const mongo = databases.get(database) ?? createMemoryMongo({ ...own, database });
      databases.set(database, mongo);
      return mongo;
    },
    cache({ name, host: service }, store) {
      const own = { service, peer: cacheServer(store), layers: layers(name).store };
      const cache = caches.get(store.name) ?? createMemoryCache(own);
      caches.set(store.name, cache);
      return cache;
    },
    redis({ name, host: service }, store) {
      const own = { service, peer: redisServer(store), layers: layers(name).store };
      const redis = redises.get(store.name) ?? createMemoryRedis(own);
      redises.set(store.name, redis);
      return redis;
    },
  });
}

function withServers(
  { servers }: TestAppOptions,
  tracings: Tracings,
  ports: Map<string, number>,
  flagged: (service: string) => Flagged | undefined,
): (service: Service) => Surroundings {
  return (service) => {
    const metrics = new Metrics();
    const { stores } = service.definition;
    const callees = (service.definition.calls ?? []).map((callee) => [
      `${callee.toUpperCase().replaceAll("-", "_")}_ADDRESS`,
      `127.0.0.1:${ports.get(callee)}`,
    ]);
    const config = readServiceConfig(factsOf(service), {
      PORT: `${ports.get(service.name) ?? 0}`,
      MONGO_URL: servers?.mongoUrl,
      MEMCACHED_ADDRESS: servers?.memcached.get(stores?.memcached?.name ?? ""),
      REDIS_URL: servers?.redis?.get(stores?.redis?.name ?? ""),
      ...Object.fromEntries(callees),
    });
    const telemetry = { log: silent, metrics, tracing: tracings.get(service.name) };
    const surroundings = overSockets(service, config, telemetry, flagged(service.name));
    return {
      ...surroundings,
      async serve(served, implementation) {
        const running = await surroundings.serve(served, implementation);
        ports.set(service.name, running.port);
        return running;
      },
    };
  };
}
