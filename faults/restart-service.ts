import { replicasOf } from "./driver.ts";
import type { Operation } from "./fault.ts";
import { cacheServer, lineOf } from "./topology.ts";

/** Starts every replica of a service anew, as deleting its pods would. Resolves when their processes exist. */
export async function restartService(
  service: string,
  { driver, signal }: Operation,
  replicasMax = Number.POSITIVE_INFINITY,
): Promise<void> {
  const replicas = replicasOf(await driver.servers(signal), service).slice(0, replicasMax);
  await Promise.all(replicas.map(({ name }) => driver.restart(name, signal)));
}

/** Starts the service's cache anew, and so empties it, if it has one. */
export async function restartCache(service: string, operation: Operation): Promise<void> {
  const cache = lineOf(operation.topology, service).stores?.memcached;
  if (cache) await operation.driver.restart(cacheServer(cache), operation.signal);
}
