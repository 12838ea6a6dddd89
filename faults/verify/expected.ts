import type { Fault } from "../fault.ts";
import { readParameters } from "../parameters.ts";
import type { Signs } from "../signs.ts";
import type { Topology } from "../topology.ts";
import type { Route } from "./routes.ts";

/** What must be seen of a fault, with the values of its parameters filled in. */
export interface Expected extends Signs {
  readonly failing: readonly [number, number];
  readonly slowerMs: number;
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether a route is among those that suffer. */
  suffers(route: Route): boolean;
}

/** Throws a `ParameterError` if the fault is not for this application. */
export function expectedOf({ parameters, facts }: Fault, topology: Topology): Expected {
  const { signs = {} } = facts;
  const values: Readonly<Record<string, unknown>> = readParameters(
    parameters,
    signs.given ?? {},
    topology,
  );
  const filled = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const { service, log, metric, aheadMs } = signs;
  return {
    ...signs,
    ...(service ? { service: filled(service) } : {}),
    ...(log ? { log: { ...log, server: filled(log.server) } } : {}),
    ...(metric ? { metric: { ...metric, server: filled(metric.server) } } : {}),
    ...(aheadMs ? { aheadMs: { ...aheadMs, service: filled(aheadMs.service) } } : {}),
    failing: signs.failing ?? [0, 0],
    slowerMs: signs.slowerMs ?? 0,
    values,
    suffers({ reaches }) {
      if (service === undefined) return false;
      return service === "*" || reaches.includes(filled(service));
    },
  };
}
