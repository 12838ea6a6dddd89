import type { Server } from "../driver.ts";
import { createFakeDriver } from "../fake-driver.ts";
import { type Fault, valuesOf } from "../fault.ts";
import type { Topology } from "../topology.ts";
import { shop } from "./shop.ts";

export interface Doing {
  /** What runs, beside what is needed to be found. */
  readonly servers: readonly Partial<Server>[];
  readonly given?: Readonly<Record<string, unknown>>;
  readonly topology?: Topology;
}

/** What a fault that is done to servers asks of its driver, in one direction. */
export async function doneBy(
  fault: Fault,
  direction: "inject" | "recover",
  { servers, given = {}, topology = shop }: Doing,
): Promise<readonly string[]> {
  const driver = createFakeDriver({ servers: servers.map(serverOf) });
  const operation = { driver, topology, signal: AbortSignal.timeout(10_000) };
  const values = valuesOf(fault, given, topology);
  const intervention = fault.onProcess ?? fault.onStore;
  if (direction === "inject") await intervention?.inject(values, operation);
  else await intervention?.recover(values, operation, undefined);
  return driver.done;
}

function serverOf(server: Partial<Server>): Server {
  return { name: "geo", kind: "service", state: "ready", restarts: 0, startedAtMs: 1, ...server };
}
