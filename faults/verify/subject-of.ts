import { type Driver, DriverError } from "../driver.ts";
import { launcherApi } from "../drivers/launcher-api.ts";
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
    frontDoor: await frontDoorOf(driver, signal),
    injector: new Injector({ topology, driver, dataDirectory, by: "verify" }),
    onCheck,
  };
}

async function frontDoorOf(driver: Driver, signal: AbortSignal): Promise<Subject["frontDoor"]> {
  const door = (await driver.servers(signal)).find(({ kind }) => kind === "front door");
  if (!door?.address) throw new DriverError("the application has no front door");
  const { host, port } = door.address;
  return { name: door.name, url: `http://${host}:${port}` };
}
