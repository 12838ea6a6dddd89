import { replicasOf, type Server } from "./driver.ts";
import type { Operation } from "./fault.ts";

type Target = Pick<Operation, "driver" | "signal">;

/** Does something to every replica of a server, one after the other. */
export async function eachReplica(
  server: string,
  { driver, signal }: Target,
  act: (replica: Server) => Promise<void>,
): Promise<void> {
  for (const replica of replicasOf(await driver.servers(signal), server)) await act(replica);
}

/** Starts every replica of a server again as planned, if it is stopped or was started otherwise. */
export async function asPlanned(server: string, { driver, signal }: Target): Promise<void> {
  await eachReplica(server, { driver, signal }, async ({ name, state, changed = false }) => {
    if (changed) await driver.restart(name, signal);
    else if (state === "stopped") await driver.start(name, signal);
  });
}
