import cluster from "node:cluster";
import { environmentOf, readServiceConfig, type ServiceConfig } from "@faultline/config";
import { machineIdVariables } from "@faultline/config/machine-id";
import { connectMemcached } from "@faultline/stores/memcached-client";
import { connectMongo } from "@faultline/stores/mongo-client";
import { connectRedis } from "@faultline/stores/redis-client";
import type { Telemetry, Tracing } from "@faultline/telemetry";
import { startTracing } from "@faultline/telemetry/tracing";
import { loadApp, loadAssembly } from "./applications.ts";
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
import { flaggedServices } from "./flags/flagged.ts";
import { inProcess, type Neighbourhood } from "./in-process.ts";
import { type Layers, layersOf } from "./layers.ts";
import { mongoUrlAt } from "./mongo-address.ts";
import { dieLoudly, misconfigured, orExit, stopSignal } from "./process-life.ts";
import { telemetryOf, untilStopped } from "./serve.ts";
import { startApp } from "./start-app.ts";
import type { Flagged } from "./surroundings.ts";
import { version } from "./version.ts";
import { runWorkers } from "./workers.ts";

// Every service of an application in this one process: `node all-in-one.ts hotel`.
const app = await loadApp(process.argv[2] ?? "");
const stopping = stopSignal();
const configs = orExit(app.name, (warn) => readConfigs(app, warn));
const shared = configOf(app.name, configs);
process.exit(
  cluster.isPrimary && shared.processes > 1
    ? await runWorkers({
        variables: orExit(app.name, () => workerVariables(shared.processes)),
        metricsPort: shared.metricsPort,
        stopping,
      })
    : await runApp(),
);

/** Workers are replicas of the services in them. */
function workerVariables(count: number): readonly Readonly<Record<string, string>>[] {
  const makesIds = Object.values(app.services).some(({ definition }) => definition.ids);
  return makesIds
    ? machineIdVariables(count, process.env)
    : Array.from({ length: count }, () => ({}));
}

async function runApp(): Promise<number> {
  const telemetry = await telemetryOf({ name: app.name }, shared);
  dieLoudly(telemetry);
  const tracings = tracingByService(telemetry);
  const services = Object.values(app.services);
  const flagged = await flaggedServices(services, shared, telemetry.log).catch((error) =>
    misconfigured(app.name, error),
  );
  const start = async () => {
    const around = inProcess(neighbourhoodOf(telemetry, tracings, flagged));
    return startApp(app, (name) => loadAssembly(app, name), around, shared);
  };
  const close = async () => {
    await Promise.all([...tracings.values()].map((tracing) => tracing.close()));
    await telemetry.close();
  };
  return untilStopped(start, { ...telemetry, close }, stopping);
}

function readConfigs(
  app: App,
  warn: (sentence: string) => void,
): ReadonlyMap<string, ServiceConfig> {
  const configs = new Map<string, ServiceConfig>();
  for (const service of Object.values(app.services)) {
    const environment = environmentOf(service.name, process.env);
    configs.set(service.name, readServiceConfig(factsOf(service), environment));
  }
  // What is true of the whole process is that of its front door.
  configs.set(app.name, readServiceConfig(factsOf(frontDoorOf(app)), process.env, warn));
  return configs;
}

function configOf(name: string, all: ReadonlyMap<string, ServiceConfig>): ServiceConfig {
  const config = all.get(name);
  if (!config) throw new Error(`${app.name} has no settings for ${name}`);
  return config;
}

/** Each service keeps its own name in traces; measures and log are the process's. */
function tracingByService({ log }: Telemetry): ReadonlyMap<string, Tracing> {
  const { otlpUrl, sampling } = shared;
  if (!otlpUrl || sampling.sampler === "always_off") return new Map();
  const entries = Object.values(app.services).map((service) => {
    const named = { service: tracedAs(service), version };
    return [service.name, startTracing({ ...named, sampling, log, otlpUrl })] as const;
  });
  return new Map(entries);
}

/** The first front door has the process's port; others are as far from it as in the table. */
function frontDoorPort({ definition }: Service): number {
  const apart = definition.port - frontDoorOf(app).definition.port;
  return shared.port === 0 ? 0 : shared.port + apart;
}

function neighbourhoodOf(
  { log, metrics }: Telemetry,
  tracings: ReadonlyMap<string, Tracing>,
  flagged: ReadonlyMap<string, Flagged>,
): Neighbourhood {
  const { requestDeadlineMs, logLevel } = shared;
  const options = { requestDeadlineMs, verbose: logLevel === "debug" };
  const layersOfService = (name: string): Layers => {
    const switchboard = flagged.get(name)?.switchboard;
    return layersOf({ tracing: tracings.get(name), metrics }, { ...options, switchboard });
  };
  const observation = ({ name, host }: Service, peer: string) => ({
    service: host,
    peer,
    layers: layersOfService(name).store,
  });
  return {
    log,
    host: shared.host,
    tls: shared.tls,
    layersOf: layersOfService,
    flaggedOf: ({ name }) => flagged.get(name),
    frontDoorPort,
    mongo: (service, store, elsewhere) =>
      connectMongo({
        ...observation(service, databaseServer(service.name, store)),
        url: mongoUrlAt(configOf(service.name, configs).mongoUrl, elsewhere),
        database: store.database,
        bigints: store.bigints ?? false,
      }),
    cache: (service, store) =>
      connectMemcached({
        ...observation(service, cacheServer(store)),
        addresses: configOf(service.name, configs).memcachedAddresses,
        timeoutMs: shared.memcachedTimeoutMs,
      }),
    redis: (service, store) =>
      connectRedis({
        ...observation(service, redisServer(store)),
        url: configOf(service.name, configs).redisUrl,
        caFile: configOf(service.name, configs).redisCaFile,
      }),
  };
}
