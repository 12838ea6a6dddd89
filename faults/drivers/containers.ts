import { basename, resolve } from "node:path";
import type { Server } from "../driver.ts";
import { type StoreKind, storeKindOf, type Topology } from "../topology.ts";

/** What `docker inspect` says of a container, as far as it is looked at here. */
interface Inspected {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Pid: number;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly Cmd: readonly string[] | null;
    readonly Env: readonly string[] | null;
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

/** A container of the project, as a driver needs it. */
export interface Container extends Server {
  readonly id: string;
  /** Its service in the compose file. */
  readonly service: string;
  /** Of its first process, on the host; 0 if it does not run. */
  readonly pid: number;
  readonly command: readonly string[];
  /** The compose files that it was planned with. */
  readonly files: readonly string[];
  /** Its variables that tell where stores and callees are. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** Begins the name of the file by which a container was changed, and of no other. */
export const changedPrefix = "changed-";

const states: Readonly<Record<string, Server["state"]>> = {
  created: "stopped",
  exited: "stopped",
  paused: "paused",
  removing: "stopping",
  restarting: "crashed",
};

/** Reads the answer of `docker inspect`. What has done its work and ended, such as what makes certificates, is no server. */
export function containersOf(inspected: string, topology: Topology): readonly Container[] {
  // The engine's own shape.
  const containers = JSON.parse(inspected) as readonly Inspected[];
  return containers
    .map((container) => containerOf(container, topology))
    .filter(({ kind, state }) => kind !== "other" || state !== "stopped")
    .sort((a, b) => a.name.localeCompare(b.name));
}

function containerOf(
  { Id, RestartCount, State, Config, NetworkSettings }: Inspected,
  topology: Topology,
): Container {
  const service = Config.Labels["com.docker.compose.service"] ?? "";
  const number = Number(Config.Labels["com.docker.compose.container-number"] ?? 1);
  const files = filesOf(Config.Labels);
  const host = Object.values(NetworkSettings.Networks)[0]?.IPAddress;
  const command = Config.Cmd ?? [];
  const tls = speaksTls(command);
  return {
    ...{ id: Id, service, pid: State.Pid, command },
    addresses: addressesOf(Config.Env ?? []),
    files: files.filter((file) => !isChange(file)),
    name: number > 1 ? `${service}-${number}` : service,
    kind: kindOf(service, topology),
    state: states[State.Status] ?? runningState(State),
    changed: files.some(isChange),
    restarts: RestartCount,
    startedAtMs: State.Pid > 0 ? Date.parse(State.StartedAt) : undefined,
    metricsUrl: metricsUrlOf(host, Config.Env ?? []),
    address: host ? { host, port: portOf(service, topology), tls } : undefined,
  };
}

/** As a Redis or a mongod is told to. */
function speaksTls(command: readonly string[]): boolean {
  const [mode = ""] = command.includes("--tlsMode")
    ? command.slice(command.indexOf("--tlsMode") + 1)
    : [];
  return command.includes("--tls-port") || ["preferTLS", "requireTLS"].includes(mode);
}

/** As whoever made the container has named them; older Compose leaves them relative to where it was. */
function filesOf(labels: Readonly<Record<string, string>>): readonly string[] {
  const files = labels["com.docker.compose.project.config_files"] ?? "";
  const directory = labels["com.docker.compose.project.working_dir"] ?? "";
  return files === "" ? [] : files.split(",").map((file) => resolve(directory, file));
}

function isChange(file: string): boolean {
  return basename(file).startsWith(changedPrefix);
}

function metricsUrlOf(host: string | undefined, variables: readonly string[]): string | undefined {
  const port = variables.find((one) => one.startsWith("METRICS_PORT="))?.split("=")[1];
  return host && port ? `http://${host}:${port}/metrics` : undefined;
}

function addressesOf(variables: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    variables.flatMap((variable): [string, string][] => {
      const [, name, value] = /^(MONGO_URL|REDIS_URL|\w+_ADDRESS)=(.*)$/.exec(variable) ?? [];
      return name && value !== undefined ? [[name, value]] : [];
    }),
  );
}

function runningState({ Health }: Inspected["State"]): Server["state"] {
  return Health === undefined || Health.Status === "healthy" ? "ready" : "starting";
}

function kindOf(service: string, topology: Topology): Server["kind"] {
  const store = storeKindOf(topology, service);
  if (store) return store;
  const definition = topology.services[service]?.definition;
  if (!definition) return "other";
  return definition.http ? "front door" : "service";
}

/** Every container has an address of its own, and stores their usual ports. */
export function portOf(service: string, topology: Topology): number {
  const store = storeKindOf(topology, service);
  if (store) return storePorts[store];
  const { port = 0, containerPort = port } = topology.services[service]?.definition ?? {};
  return containerPort;
}

const storePorts: Readonly<Record<StoreKind, number>> = {
  memcached: 11_211,
  mongod: 27_017,
  redis: 6_379,
};
