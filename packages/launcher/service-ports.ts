import type { App, Service } from "@faultline/service/define-app";
import { LaunchError } from "./launch-error.ts";
import {
  controlPort,
  localPort,
  metricsOffset,
  nextFreePort,
  type PortKind,
  replicaPort,
} from "./ports.ts";

/** Where the replicas of each service listen, by its host; the first one's port first. */
export type ServicePorts = ReadonlyMap<string, readonly number[]>;

export interface PortSettings {
  readonly portBase?: number;
  /** How many processes of a service there shall be, by its host or key. */
  readonly replicas: ReadonlyMap<string, number>;
}

/**
 * The first replica of each service has the port of its table, unless a server of an application before has that: then
 * the next free one. Further replicas get what is free.
 */
export async function servicePorts(
  apps: readonly App[],
  settings: PortSettings,
): Promise<ServicePorts> {
  const services = apps.flatMap((app) => Object.values(app.services));
  const replicas = replicasByHost(apps, settings.replicas);
  const taken = portsInTables(services, settings.portBase);
  const claimed = new Set<number>();
  const ports = new Map<string, number[]>();
  for (const service of services) {
    const wanted = tablePort(service, settings.portBase);
    const free = !claimed.has(wanted) && !claimed.has(wanted + metricsOffset);
    const first = free ? wanted : await nextFreePort(wanted + 1, taken);
    for (const port of [first, first + metricsOffset]) claimed.add(port);
    ports.set(service.host, [first]);
    taken.add(first).add(first + metricsOffset);
  }
  for (const [host, count] of replicas) {
    const own = ports.get(host) ?? [];
    for (let index = 1; index < count; index += 1) {
      const another = await replicaPort(own[0] ?? 0, index, taken);
      taken.add(another).add(another + metricsOffset);
      own.push(another);
    }
  }
  return ports;
}

/** The port that a service has if nobody else does. */
export function tablePort({ definition }: Service, portBase: number | undefined): number {
  return localPort("service", definition.port, portBase);
}

/** Every port that a server of these applications has by its table. */
function portsInTables(services: readonly Service[], portBase: number | undefined): Set<number> {
  const at = (kind: PortKind, store: { readonly port: number } | undefined) =>
    store ? [localPort(kind, store.port, portBase)] : [];
  const ports = services.flatMap((service) => {
    const { mongo, memcached, redis } = service.definition.stores ?? {};
    const own = tablePort(service, portBase);
    return [
      ...[own, own + metricsOffset],
      ...[...at("mongod", mongo), ...at("memcached", memcached), ...at("redis", redis)],
    ];
  });
  return new Set([...ports, localPort("control", controlPort, portBase)]);
}

/** A name is a host of an application, or else a key of a table: the first that has it is meant. */
function replicasByHost(
  apps: readonly App[],
  replicas: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const services = apps
    .flatMap((app) => Object.values(app.services))
    .filter(({ definition }) => definition.contract);
  return new Map(
    [...replicas].map(([wanted, count]) => {
      const found =
        services.find(({ host }) => host === wanted) ??
        services.find(({ name }) => name === wanted);
      if (found) return [found.host, count];
      throw new LaunchError(
        `--replicas: ${apps.map(({ name }) => name).join(" and ")} has no RPC service ${wanted}; there is: ${services.map(({ host }) => host).join(", ")}.`,
      );
    }),
  );
}
