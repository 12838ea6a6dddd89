import type { App } from "@faultline/service/define-app";
import { largeHeap, nodeCommand } from "./commands.ts";
import { serviceEnvironment, storeVariable } from "./environment.ts";
import type { PlanSettings } from "./plan.ts";
import { localPort, metricsOffset } from "./ports.ts";
import { httpAnswers } from "./ready/http.ts";
import type { Listening, ServerPlan } from "./server-plan.ts";
import { cacheOf, databaseOf } from "./store-plan.ts";

/**
 * An application whose services share one process and call each other without a network. The stores are the same
 * as ever; as one process has the stores of many services, each variable begins with the service's name.
 */
export function planAllInOne(app: App, settings: PlanSettings): readonly ServerPlan[] {
  const stores = Object.values(app.services).map((service) => storesOf(service, settings));
  const servers = stores.flatMap((store) => store.servers);
  const names = servers.map(({ name }) => name);
  const ownPort = localPort("service", frontDoorPort(app), settings.portBase);
  const metricsPort = ownPort + metricsOffset;
  const program = "packages/service/all-in-one.ts";
  const command = nodeCommand(settings.machine, program, [app.name], largeHeap);
  const env = {
    ...command.env,
    ...serviceEnvironment(settings.machine.environment, settings.told ?? {}),
    ...Object.assign({}, ...stores.map((store) => store.env)),
    HOST: "127.0.0.1",
    METRICS_PORT: `${metricsPort}`,
    PROCESSES: `${settings.processes ?? 1}`,
  };
  const at = (port: number): Listening => ({
    command: { ...command, env: { ...env, PORT: `${port}` } },
    port,
    url: `${settings.tls ? "https" : "http"}://127.0.0.1:${port}`,
    ready: httpAnswers(port, settings.tls),
  });
  const all: ServerPlan = {
    name: app.name,
    kind: "front door",
    ...at(ownPort),
    at,
    metricsPort,
    startAfter: names,
    uses: names,
  };
  return [...servers, all];
}

function frontDoorPort(app: App): number {
  const frontDoor = Object.values(app.services).find(({ definition }) => definition.http);
  if (!frontDoor) throw new Error(`${app.name} has no front door`);
  return frontDoor.definition.port;
}

function storesOf(
  { name, definition: { stores } }: App["services"][string],
  settings: PlanSettings,
) {
  const mongo = stores?.mongo && databaseOf(name, stores.mongo, settings);
  const cache = stores?.memcached && cacheOf(stores.memcached, settings);
  return {
    servers: [...(mongo?.servers ?? []), ...(cache ? [cache.server] : [])],
    env: {
      ...(mongo ? { [storeVariable(name, "MONGO_URL")]: mongo.url } : {}),
      ...(cache ? { [storeVariable(name, "MEMCACHED_ADDRESS")]: cache.address } : {}),
    },
  };
}
