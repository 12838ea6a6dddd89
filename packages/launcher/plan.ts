import type { TlsConfig } from "@faultline/config/tls";
import { type App, protocolOf, type ServiceDefinition } from "@faultline/service/define-app";
import { nodeCommand } from "./commands.ts";
import { addressVariable, serviceEnvironment } from "./environment.ts";
import { LaunchError } from "./launch-error.ts";
import type { Machine } from "./machine.ts";
import { localPort, metricsOffset, replicaPort } from "./ports.ts";
import { serviceReady } from "./ready/service.ts";
import type { Listening, ServerPlan } from "./server-plan.ts";
import { cacheOf, databaseOf, type StoreSettings } from "./store-plan.ts";

/** What was asked for, as far as the plan depends on it. */
export interface PlanSettings extends StoreSettings {
  readonly machine: Machine;
  readonly replicas: ReadonlyMap<string, number>;
  readonly tls?: TlsConfig;
  /** Variables of every service, unless the user sets them otherwise: where traces go, where flags come from. */
  readonly told?: Readonly<Record<string, string>>;
  /** Of an application that runs all in one, over how many processes it is spread. */
  readonly processes?: number;
}

type Ports = ReadonlyMap<string, readonly number[]>;

/** Every process of an application: a service after its stores and its callees. Nothing is started. */
export async function planApp(app: App, settings: PlanSettings): Promise<readonly ServerPlan[]> {
  assertKnown(app, settings.replicas);
  const names = inCallOrder(app);
  const ports = await servicePorts(names, app, settings);
  return names.flatMap((name) => [
    ...storesOf(name, lineOf(app, name), settings),
    ...replicasOf(name, app, { ...settings, ports }),
  ]);
}

/** The services of an application, each after those that it calls; those at the end of the longest chain first. */
export function inCallOrder(app: App): readonly string[] {
  const heights = new Map<string, number>();
  const raise = (name: string, callers: readonly string[]) => {
    if (callers.includes(name)) {
      const circle = [...callers, name].join(" → ");
      throw new LaunchError(`${app.name}: services call each other in a circle: ${circle}`);
    }
    heights.set(name, Math.max(heights.get(name) ?? 0, callers.length));
    for (const callee of lineOf(app, name).calls ?? []) raise(callee, [...callers, name]);
  };
  const names = Object.keys(app.services);
  for (const name of names) raise(name, []);
  return names.toSorted((a, b) => (heights.get(b) ?? 0) - (heights.get(a) ?? 0));
}

function lineOf(app: App, name: string): ServiceDefinition {
  const service = app.services[name];
  if (!service) throw new LaunchError(`${app.name} has no service ${name}`);
  return service.definition;
}

function assertKnown(app: App, replicas: ReadonlyMap<string, number>): void {
  for (const name of replicas.keys()) {
    if (app.services[name]?.definition.contract) continue;
    const known = Object.keys(app.services).filter(
      (service) => app.services[service]?.definition.contract,
    );
    throw new LaunchError(
      `--replicas: ${app.name} has no RPC service ${name}; there is: ${known.join(", ")}.`,
    );
  }
}

/** The first replica of each service has its fixed port; further ones get what is free. */
async function servicePorts(
  names: readonly string[],
  app: App,
  settings: PlanSettings,
): Promise<Ports> {
  const first = new Map(
    names.map((name) => [name, localPort("service", lineOf(app, name).port, settings.portBase)]),
  );
  const taken = new Set([...first.values()].flatMap((port) => [port, port + metricsOffset]));
  const ports = new Map<string, number[]>();
  for (const [name, port] of first) {
    const all = [port];
    for (let index = 1; index < (settings.replicas.get(name) ?? 1); index += 1) {
      const another = await replicaPort(port, index, taken);
      taken.add(another).add(another + metricsOffset);
      all.push(another);
    }
    ports.set(name, all);
  }
  return ports;
}

function storesOf(
  name: string,
  { stores }: ServiceDefinition,
  settings: PlanSettings,
): ServerPlan[] {
  return [
    ...(stores?.mongo ? databaseOf(name, stores.mongo, settings).servers : []),
    ...(stores?.memcached ? [cacheOf(stores.memcached, settings).server] : []),
  ];
}

function replicasOf(
  name: string,
  app: App,
  settings: PlanSettings & { ports: Ports },
): ServerPlan[] {
  const { machine, ports } = settings;
  const definition = lineOf(app, name);
  const protocol = protocolOf(definition);
  const stores = storesOf(name, definition, settings).map((store) => store.name);
  const callees = (definition.calls ?? []).flatMap((callee) => replicaNames(callee, ports));
  const command = nodeCommand(machine, `services/${app.name}/${name}/main.ts`);
  const env = {
    ...command.env,
    ...serviceEnvironment(machine.environment, settings.told ?? {}),
    ...storeVariables(name, definition, settings),
    ...calleeVariables(definition, ports),
  };
  return replicaNames(name, ports).map((replica, index) => {
    const ownPort = ports.get(name)?.[index] ?? 0;
    const metricsPort = ownPort + metricsOffset;
    const at = (port: number): Listening => ({
      command: {
        ...command,
        env: { ...env, HOST: "127.0.0.1", PORT: `${port}`, METRICS_PORT: `${metricsPort}` },
      },
      port,
      url: `${definition.http ? httpScheme(settings) : protocol}://127.0.0.1:${port}`,
      ready: serviceReady[protocol](port, settings.tls),
    });
    return {
      name: replica,
      kind: definition.http ? "front door" : "service",
      ...at(ownPort),
      at,
      metricsPort,
      startAfter: [...stores, ...callees],
      uses: [...stores, ...callees],
    };
  });
}

function httpScheme({ tls }: PlanSettings): string {
  return tls ? "https" : "http";
}

function replicaNames(name: string, ports: Ports): string[] {
  return (ports.get(name) ?? []).map((_, index) => (index === 0 ? name : `${name}-${index + 1}`));
}

function storeVariables(
  name: string,
  { stores }: ServiceDefinition,
  settings: PlanSettings,
): Record<string, string> {
  return {
    ...(stores?.mongo ? { MONGO_URL: databaseOf(name, stores.mongo, settings).url } : {}),
    ...(stores?.memcached
      ? { MEMCACHED_ADDRESS: cacheOf(stores.memcached, settings).address }
      : {}),
  };
}

function calleeVariables({ calls = [] }: ServiceDefinition, ports: Ports): Record<string, string> {
  const addresses = (callee: string) =>
    ports
      .get(callee)
      ?.map((port) => `127.0.0.1:${port}`)
      .join(",") ?? "";
  return Object.fromEntries(calls.map((callee) => [addressVariable(callee), addresses(callee)]));
}
