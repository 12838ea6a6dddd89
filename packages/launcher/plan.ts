import { machineIdVariables } from "@faultline/config/machine-id";
import type { TlsConfig } from "@faultline/config/tls";
import { inStartOrder, isCircular } from "@faultline/service/call-order";
import { type App, protocolOf, type Service } from "@faultline/service/define-app";
import { nodeCommand } from "./commands.ts";
import { addressVariable, doorVariable, serviceEnvironment } from "./environment.ts";
import { LaunchError } from "./launch-error.ts";
import type { Machine } from "./machine.ts";
import { metricsOffset } from "./ports.ts";
import { serviceReady } from "./ready/service.ts";
import type { Listening, ServerPlan } from "./server-plan.ts";
import { type PortSettings, type ServicePorts, servicePorts, tablePort } from "./service-ports.ts";
import type { ServiceTls } from "./service-tls.ts";
import { type StoreSettings, storesOf } from "./store-plan.ts";

/** What was asked for, as far as the plan depends on it. */
export interface PlanSettings extends StoreSettings, PortSettings {
  readonly machine: Machine;
  readonly tls?: TlsConfig;
  /** By the names of applications, of those whose services have certificates of their own. */
  readonly serviceTls?: ReadonlyMap<string, ServiceTls>;
  /** Variables of every service, unless the user sets them otherwise: where traces go, where flags come from. */
  readonly told?: Readonly<Record<string, string>>;
  /** Of an application that runs all in one, over how many processes it is spread. */
  readonly processes?: number;
}

/** Every process of some applications: a service after its stores and its callees. Nothing is started. */
export async function planApps(
  apps: readonly App[],
  settings: PlanSettings,
): Promise<readonly ServerPlan[]> {
  const ports = await servicePorts(apps, settings);
  const servers = apps.flatMap((app) =>
    inStartOrder(app).flatMap((name) => {
      const service = serviceOf(app, name);
      return [
        ...storesOf(service, settings).servers,
        ...replicasOf(service, app, { ...settings, ports }),
      ];
    }),
  );
  return eachOnce(servers);
}

/** A store that several services share is started once, before the first of them. */
export function eachOnce(servers: readonly ServerPlan[]): readonly ServerPlan[] {
  return [...Map.groupBy(servers, ({ name }) => name).values()].flatMap(([first]) => first ?? []);
}

function serviceOf(app: App, name: string): Service {
  const service = app.services[name];
  if (!service) throw new LaunchError(`${app.name} has no service ${name}`);
  return service;
}

function replicasOf(
  service: Service,
  app: App,
  settings: PlanSettings & { ports: ServicePorts },
): ServerPlan[] {
  const { ports } = settings;
  const { name, host, definition } = service;
  const stores = storesOf(service, settings).servers.map((store) => store.name);
  // Of two that call each other neither can wait for the other, nor be stopped after it.
  const callees = (definition.calls ?? [])
    .filter((callee) => !isCircular(app, name, callee))
    .flatMap((callee) => replicaNames(serviceOf(app, callee).host, ports));
  const replicas = replicaNames(host, ports);
  const numbers = definition.ids ? machineIdsOf(replicas.length, settings.machine) : [];
  return replicas.map((replica, index) => {
    const ownPort = ports.get(host)?.[index] ?? 0;
    const wanted = tablePort(service, settings.portBase);
    const own = { ...numbers[index], METRICS_PORT: `${ownPort + metricsOffset}` };
    const at = listening(service, app, { ...settings, own });
    return {
      name: replica,
      kind: definition.http ? "front door" : "service",
      ...at(ownPort),
      at,
      metricsPort: ownPort + metricsOffset,
      ...(index === 0 && ownPort !== wanted ? { movedFrom: wanted } : {}),
      startAfter: [...stores, ...callees],
      uses: [...stores, ...callees],
    };
  });
}

/** Throws a `LaunchError` if the user's own number is none. */
function machineIdsOf(replicas: number, { environment }: Machine) {
  try {
    return machineIdVariables(replicas, environment);
  } catch (cause) {
    throw new LaunchError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function listening(
  service: Service,
  app: App,
  settings: PlanSettings & { ports: ServicePorts; own: Readonly<Record<string, string>> },
): (port: number) => Listening {
  const { machine, tls, ports, own } = settings;
  const protocol = protocolOf(service.definition);
  const spoken = settings.serviceTls?.get(app.name);
  const command = nodeCommand(machine, `services/${app.name}/${service.name}/main.ts`);
  const env = {
    ...command.env,
    ...doorVariables(service, app, settings),
    ...serviceEnvironment(machine.environment, settings.told ?? {}, [service]),
    ...storesOf(service, settings).variables,
    ...calleeVariables(service, app, ports),
    ...(spoken ? { RPC_TLS_DIRECTORY: spoken.directory } : {}),
    ...own,
  };
  return (port) => ({
    command: { ...command, env: { ...env, HOST: "127.0.0.1", PORT: `${port}` } },
    port,
    url: `${schemeOf(protocol, tls)}://127.0.0.1:${port}`,
    ready: serviceReady[protocol](port, protocol === "http" ? tls : (spoken?.tls ?? tls)),
  });
}

function schemeOf(protocol: ReturnType<typeof protocolOf>, tls: TlsConfig | undefined): string {
  return protocol === "http" && tls ? "https" : protocol;
}

function replicaNames(host: string, ports: ServicePorts): string[] {
  return (ports.get(host) ?? []).map((_, index) => (index === 0 ? host : `${host}-${index + 1}`));
}

function calleeVariables(
  { definition: { calls = [] } }: Service,
  app: App,
  ports: ServicePorts,
): Record<string, string> {
  const addresses = (callee: string) =>
    (ports.get(serviceOf(app, callee).host) ?? []).map((port) => `127.0.0.1:${port}`).join(",");
  return Object.fromEntries(calls.map((callee) => [addressVariable(callee), addresses(callee)]));
}

/**
 * Where browsers find the other front doors, for one whose pages lead to them. By itself it looks as far from its own
 * port as they are in the table, which is wrong once one of them has given way.
 */
function doorVariables(
  service: Service,
  app: App,
  { ports, tls }: PlanSettings & { ports: ServicePorts },
): Record<string, string> {
  if (!service.definition.http) return {};
  const portOf = ({ host }: Service) => ports.get(host)?.[0] ?? 0;
  const movedAway = Object.values(app.services).filter(
    (other) =>
      other.definition.http &&
      portOf(other) - portOf(service) !== other.definition.port - service.definition.port,
  );
  return Object.fromEntries(
    movedAway.map((other) => [
      doorVariable(other.name),
      `${schemeOf("http", tls)}://127.0.0.1:${portOf(other)}`,
    ]),
  );
}
