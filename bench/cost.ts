import type { Stack } from "./stack.ts";
import { cpuMs } from "./usage.ts";

/** What a request took: CPU of services and of stores, and its share of the time. */
export interface Cost {
  readonly servicesMs: number;
  readonly storesMs: number;
  readonly timeMs: number;
}

/** Measures what the processes of a stack spend while so many requests are answered. */
export async function costOf(
  stack: Stack,
  requests: number,
  work: () => Promise<void>,
): Promise<Cost> {
  const spent = (kind: string) =>
    stack.processes
      .filter((each) => each.kind === kind)
      .reduce((total, { pid }) => total + cpuMs(pid), 0);
  const before = { services: spent("service"), stores: spent("store"), at: performance.now() };
  await work();
  return {
    servicesMs: (spent("service") - before.services) / requests,
    storesMs: (spent("store") - before.stores) / requests,
    timeMs: (performance.now() - before.at) / requests,
  };
}
