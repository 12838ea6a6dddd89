import { faults } from "@faultline/faults";
import type { Fault } from "@faultline/faults/fault";
import { Injector, type InjectorSettings } from "@faultline/faults/injector";

/**
 * Ends the injections of an earlier start that were in its processes only: these are new now, and as planned. What is
 * in the databases or in the flag document goes on. Answers the names of what has ended.
 */
export async function endInjectionsOfEarlierStart(
  settings: Omit<InjectorSettings, "by">,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const injector = new Injector({ ...settings, by: "start" });
  const over = injector.active
    .map(({ fault }) => fault)
    .filter((name) => faults.some((fault) => fault.name === name && isInProcesses(fault)));
  for (const name of over) await injector.recover(name, signal);
  return over;
}

/** Processes that are paused, stopped or started otherwise, and ways between them. */
function isInProcesses({ onProcess, onStore }: Fault): boolean {
  return onProcess !== undefined || onStore?.holds !== undefined;
}
