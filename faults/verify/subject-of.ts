import { type Driver, DriverError } from "../driver.ts";
import { launcherApi } from "../drivers/launcher-api.ts";
import { createLocalDriver } from "../drivers/local.ts";
import { Injector } from "../injector.ts";
import type { FrontDoor } from "./routes.ts";
import type { Subject } from "./subject.ts";

const phaseDefaultMs = 6_000;

export interface SubjectSettings
  extends Pick<Subject, "topology" | "environment" | "dataDirectory" | "given"> {
  readonly door: FrontDoor;
  /** Of an application that no launcher has started. */
  readonly driver?: Driver | undefined;
  readonly phaseMs?: number | undefined;
  readonly onCheck?: Subject["onCheck"];
}

/** Finds its way about a running application. Rejects if none runs with the data directory. */
export async function subjectOf(
  {
    topology,
    door,
    environment,
    dataDirectory,
    given,
    driver: others,
    phaseMs = phaseDefaultMs,
    onCheck = () => {},
  }: SubjectSettings,
  signal: AbortSignal,
): Promise<Subject> {
  const driver = others ?? createLocalDriver({ dataDirectory });
  const api = others ? undefined : launcherApi(dataDirectory);
  const frontDoor = await foundBy(driver, door, signal);
  await door.prepare?.(frontDoor.url, signal);
  return {
    ...{ topology, driver, api, dataDirectory, environment, phaseMs, frontDoor, given },
    routes: door.routes,
    injector: new Injector({ topology, driver, dataDirectory, by: "verify" }),
    onCheck,
  };
}

async function foundBy(
  driver: Driver,
  { name, tracedAs = name }: FrontDoor,
  signal: AbortSignal,
): Promise<Subject["frontDoor"]> {
  const door = (await driver.servers(signal)).find((server) => server.name === name);
  if (!door?.address) throw new DriverError(`there is no front door ${name}`);
  const { host, port } = door.address;
  return { name, tracedAs, url: `http://${host}:${port}` };
}
