import { LaunchError } from "../launch-error.ts";
import { portHolder } from "../port-holder.ts";
import { isFree } from "../ports.ts";
import type { Behaviour } from "./behaviour.ts";

interface WantedPort {
  readonly port: number;
  readonly for: string;
}

/** Refuses to start while another program holds a port that a server needs, and names them all at once. */
export const refuseBusyPorts: Behaviour = ({ children }) => ({
  async beforeStart() {
    const wanted = [...children.values()].flatMap(({ plan }): WantedPort[] => [
      { port: plan.port, for: plan.name },
      ...(plan.moreDoors ?? []).map(({ port, name }) => ({ port, for: name })),
      ...(plan.metricsPort ? [{ port: plan.metricsPort, for: `the metrics of ${plan.name}` }] : []),
    ]);
    const free = await Promise.all(wanted.map(({ port }) => isFree(port)));
    const busy = wanted.filter((_, i) => !free[i]);
    if (busy.length === 0) return;
    throw new LaunchError(
      `These ports are in use:\n${busy.map(line).join("\n")}\nStop that program, or shift all ports, for example: npm start -- --port-base 20000 (and --data-dir, if it is another npm start).`,
    );
  },
});

function line(wanted: WantedPort): string {
  return `  ${wanted.port}, wanted for ${wanted.for}, is held by ${portHolder(wanted.port) ?? "a program that cannot be told"}`;
}
