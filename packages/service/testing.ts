import { readServiceConfig } from "@faultline/config";
import type { MaybeLayer } from "@faultline/rpc/compose";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { Metrics, silent, type Tracing } from "@faultline/telemetry";
import { startTracing } from "@faultline/telemetry/tracing";
import { loadApp, loadAssembly } from "./applications.ts";
import { Closing } from "./closing.ts";
import type { App, Service } from "./define-app.ts";
import { factsOf } from "./facts.ts";
import { inProcess } from "./in-process.ts";
import { layersOf } from "./layers.ts";
import { overSockets } from "./over-sockets.ts";
import { startApp as start } from "./start-app.ts";
import type { Surroundings } from "./surroundings.ts";

type SpanExporter = NonNullable<Parameters<typeof startTracing>[0]["exporter"]>;

export interface TestAppOptions {
  /** With real servers for the stores every call is a real one over a socket; without, nothing leaves the process. */
  readonly servers?: {
    /** A MongoDB server for all databases. */
    readonly mongoUrl: string;
    /** The address of each cache's memcached, by the cache's name. */
    readonly memcached: ReadonlyMap<string, string>;
  };
  /** Gets every span of every service. */
  readonly exporter?: SpanExporter;
  /** Laid around every operation on a store. */
  readonly storeLayers?: readonly MaybeLayer[];
}

/** An application that runs inside a test. */
export interface TestApp {
  /** The front door, as `http://127.0.0.1:port`. */
  readonly url: string;
  /** Of every service with a port: where it listens. */
  address(service: string): string;
  /** The cache of a service; only where nothing leaves the process. */
  cache(name: string): Cache;
  close(): Promise<void>;
}

const limits = { startDeadlineMs: 10_000, drainMs: 2_000 };

/** Starts every service of an application inside the test's process. The caller closes it. */
export async function startApp(name: string, options: TestAppOptions = {}): Promise<TestApp> {
  const app = await loadApp(name);
  const closing = new Closing();
  const tracings = await tracingByService(app, options, closing);
  const caches = new Map<string, Cache>();
  const ports = new Map<string, number>();
  const around = options.servers
    ? withServers(options, tracings, ports)
    : withoutServers(options, tracings, caches);
  const running = await start(app, (service) => loadAssembly(app, service), around, limits);
  closing.opened(running);
  const address = (service: string) => `127.0.0.1:${running.ports.get(service)}`;
  return {
    url: `http://${address(frontDoorOf(app))}`,
    address,
    cache(name) {
      const cache = caches.get(name);
      if (!cache) throw new Error(`there is no cache ${name} in this process`);
      return cache;
    },
    close: () => closing.close(),
  };
}

function frontDoorOf(app: App): string {
  const door = Object.values(app.services).find(({ definition }) => definition.http);
  if (!door) throw new Error(`${app.name} has no front door`);
  return door.name;
}

type Tracings = ReadonlyMap<string, Tracing>;

async function tracingByService(
  app: App,
  { exporter }: TestAppOptions,
  closing: Closing,
): Promise<Tracings> {
  if (!exporter) return new Map();
  const sampling = { sampler: "parentbased_always_on", ratio: 1 } as const;
  const entries = Object.keys(app.services).map(async (service) => {
    const common = { version: "0", sampling, log: silent, otlpUrl: "http://127.0.0.1:4318" };
    const tracing = await startTracing({ service, exporter, ...common });
    return [service, closing.opened(tracing)] as const;
  });
  return new Map(await Promise.all(entries));
}

function withoutServers(
  { storeLayers = [] }: TestAppOptions,
  tracings: Tracings,
  caches: Map<string, Cache>,
): (service: Service) => Surroundings {
  const metrics = new Metrics();
  const layers = (service: string) => {
    const own = layersOf(
      { tracing: tracings.get(service), metrics },
      { requestDeadlineMs: 30_000, verbose: false },
    );
    return { ...own, store: [...own.store, ...storeLayers] };
  };
  const databases = new Map<string, Mongo>();
  return inProcess({
    log: silent,
    host: "127.0.0.1",
    layersOf: layers,
    frontDoorPort: () => 0,
    mongo({ name: service }, { database }) {
      const own = { service, peer: `mongodb-${service}`, layers: layers(service).store };
      const mongo = databases.get(database) ?? createMemoryMongo({ ...own, database });
      databases.set(database, mongo);
      return mongo;
    },
    cache({ name: service }, { name }) {
      const own = { service, peer: `memcached-${name}`, layers: layers(service).store };
      const cache = caches.get(name) ?? createMemoryCache(own);
      caches.set(name, cache);
      return cache;
    },
  });
}

function withServers(
  { servers }: TestAppOptions,
  tracings: Tracings,
  ports: Map<string, number>,
): (service: Service) => Surroundings {
  return (service) => {
    const metrics = new Metrics();
    const cache = service.definition.stores?.memcached?.name ?? "";
    const callees = (service.definition.calls ?? []).map((callee) => [
      `${callee.toUpperCase()}_ADDRESS`,
      `127.0.0.1:${ports.get(callee)}`,
    ]);
    const config = readServiceConfig(factsOf(service), {
      PORT: "0",
      MONGO_URL: servers?.mongoUrl,
      MEMCACHED_ADDRESS: servers?.memcached.get(cache),
      ...Object.fromEntries(callees),
    });
    const telemetry = { log: silent, metrics, tracing: tracings.get(service.name) };
    const surroundings = overSockets(service, config, telemetry);
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
