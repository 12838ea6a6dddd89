import type { Disturbance } from "./driver.ts";
import type { Operation } from "./fault.ts";
import { eachReplica } from "./targets.ts";

/** From whom to whom; `*` is everyone. */
interface Way {
  readonly from: string;
  readonly to: string;
}

/** Disturbs the way to every replica of a server. */
export async function disturbWay(
  { from, to }: Way,
  disturbance: Disturbance,
  { driver, signal }: Operation,
): Promise<undefined> {
  await eachEdge({ from, to }, { driver, signal }, (edge) =>
    driver.disturb(edge, disturbance, signal),
  );
  return undefined;
}

/** Lets it be as planned. */
export function leaveWay(way: Way, { driver, signal }: Operation): Promise<void> {
  return eachEdge(way, { driver, signal }, (edge) => driver.leave(edge, signal));
}

async function eachEdge(
  { from, to }: Way,
  target: Pick<Operation, "driver" | "signal">,
  act: (edge: Way) => Promise<void>,
): Promise<void> {
  await eachReplica(to, target, async (callee) => {
    if (from === "*") return act({ from, to: callee.name });
    await eachReplica(from, target, (caller) => act({ from: caller.name, to: callee.name }));
  });
}
