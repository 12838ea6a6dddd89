import { type Driver, DriverError } from "../driver.ts";
import { type LauncherApi, launcherApi } from "../drivers/launcher-api.ts";
import { createLocalDriver } from "../drivers/local.ts";
import { Injector } from "../injector.ts";
import { routesOf } from "./routes.ts";
import type { Subject } from "./subject.ts";

const phaseDefaultMs = 6_000;

export interface SubjectSettings
  extends Pick<Subject, "topology" | "environment" | "dataDirectory"> {
  /** Of an application that no launcher has started. */
  readonly driver?: Driver | undefined;
  readonly phaseMs?: number | undefined;
  readonly onCheck?: Subject["onCheck"];
}

/** Finds its way about a running application. Rejects if none runs with the data directory. */
export async function subjectOf(
  {
    topology,
    environment,
    dataDirectory,
    driver: others,
    phaseMs = phaseDefaultMs,
    onCheck = () => {},
  }: SubjectSettings,
  signal: AbortSignal,
): Promise<Subject> {
  const driver = others ?? createLocalDriver({ dataDirectory });
  const api = others ? undefined : launcherApi(dataDirectory);
  const routes = routesOf[topology.name];
  if (!routes) throw new DriverError(`no routes of ${topology.name} are known to ask`);
  return {
    ...{ topology, driver, api, dataDirectory, routes, environment, phaseMs },
    ...(api ? await reachedAt(api, signal) : await reachedBy(driver, signal)),
    injector: new Injector({ topology, driver, dataDirectory, by: "verify" }),
    onCheck,
  };
}

/** Without a launcher there is a front door, and no page of metrics that could be reached from here. */
async function reachedBy(
  driver: Driver,
  signal: AbortSignal,
): Promise<Pick<Subject, "frontDoor" | "metricsUrls">> {
  const door = (await driver.servers(signal)).find(({ kind }) => kind === "front door");
  if (!door?.address) throw new DriverError("the application has no front door");
  const { host, port } = door.address;
  return { frontDoor: { name: door.name, url: `http://${host}:${port}` }, metricsUrls: new Map() };
}

/** The entries of the launcher's status, as far as they are needed here. */
interface ServerStatus {
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly metricsPort: number | null;
}

async function reachedAt(
  api: LauncherApi,
  signal: AbortSignal,
): Promise<Pick<Subject, "frontDoor" | "metricsUrls">> {
  const status = (await api.get("/api/status", signal)) as { servers: readonly ServerStatus[] };
  const door = status.servers.find(({ kind }) => kind === "front door");
  if (!door) throw new DriverError("the application has no front door");
  const metricsUrls = status.servers.flatMap(({ name, metricsPort }): [string, string][] =>
    metricsPort === null ? [] : [[name, `http://127.0.0.1:${metricsPort}/metrics`]],
  );
  return { frontDoor: { name: door.name, url: door.url }, metricsUrls: new Map(metricsUrls) };
}
