import { type App, frontDoorOf } from "@faultline/service/define-app";
import { largeHeap, nodeCommand } from "./commands.ts";
import { serviceEnvironment, storeVariable } from "./environment.ts";
import { eachOnce, type PlanSettings } from "./plan.ts";
import { localPort, metricsOffset } from "./ports.ts";
import { httpAnswers } from "./ready/http.ts";
import type { Listening, ServerPlan } from "./server-plan.ts";
import { storesOf } from "./store-plan.ts";

/**
 * Applications whose services share one process each and call each other without a network. The stores are the same
 * as ever; as one process has the stores of many services, each variable begins with the service's name.
 */
export function planAllInOne(apps: readonly App[], settings: PlanSettings): readonly ServerPlan[] {
  return eachOnce(apps.flatMap((app) => planOne(app, settings)));
}

function planOne(app: App, settings: PlanSettings): readonly ServerPlan[] {
  const services = Object.values(app.services);
  const stores = services.map((service) => storesOf(service, settings));
  const servers = stores.flatMap((store) => store.servers);
  const names = servers.map(({ name }) => name);
  const ownPort = localPort("service", frontDoorOf(app).definition.port, settings.portBase);
  const metricsPort = ownPort + metricsOffset;
  const program = "packages/service/all-in-one.ts";
  const command = nodeCommand(settings.machine, program, [app.name], largeHeap);
  const env = {
    ...command.env,
    ...serviceEnvironment(settings.machine.environment, settings.told ?? {}, services),
    ...Object.assign({}, ...services.map((service) => variablesOf(service, settings))),
    HOST: "127.0.0.1",
    METRICS_PORT: `${metricsPort}`,
    PROCESSES: `${settings.processes ?? 1}`,
  };
  const scheme = settings.tls ? "https" : "http";
  const at = (port: number): Listening => ({
    command: { ...command, env: { ...env, PORT: `${port}` } },
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    ready: httpAnswers(port, settings.tls),
  });
  const all: ServerPlan = {
    name: app.name,
    kind: "front door",
    ...at(ownPort),
    at,
    metricsPort,
    moreDoors: moreDoorsOf(app, ownPort, scheme),
    startAfter: names,
    uses: names,
  };
  return [...servers, all];
}

/** Front doors but the first are as far from its port as in the table. */
function moreDoorsOf(
  app: App,
  ownPort: number,
  scheme: string,
): NonNullable<ServerPlan["moreDoors"]> {
  const first = frontDoorOf(app);
  return Object.values(app.services)
    .filter((service) => service.definition.http && service !== first)
    .map(({ host, definition }) => {
      const port = ownPort + definition.port - first.definition.port;
      return { name: host, port, url: `${scheme}://127.0.0.1:${port}` };
    });
}

function variablesOf(
  service: App["services"][string],
  settings: PlanSettings,
): Record<string, string> {
  const { variables } = storesOf(service, settings);
  return Object.fromEntries(
    Object.entries(variables).map(([variable, value]) => [
      storeVariable(service.name, variable as keyof typeof variables),
      value,
    ]),
  );
}
