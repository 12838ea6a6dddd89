import type { TargetFacts } from "../catalogue-facts.ts";
import { factsFor, type Setting, settingsOf } from "../facts-for.ts";
import { type Fault, valuesOf } from "../fault.ts";
import type { Signs } from "../signs.ts";
import type { Topology } from "../topology.ts";
import type { Route } from "./routes.ts";

/** What must be seen of a fault, with the values of its parameters filled in. */
export interface Expected extends Signs {
  readonly failing: readonly [number, number];
  readonly slowerMs: number;
  readonly values: Setting;
  /** Whether the catalogue speaks of this target; of others it cannot say how much they touch. */
  readonly catalogued: boolean;
  /** What the catalogue says of it with these values. */
  readonly facts: TargetFacts;
  /** Whether a route is among those that suffer. */
  suffers(route: Route): boolean;
}

/** With those values that were asked for. Throws a `ParameterError` if the fault is not for this application. */
export function expectedOf(
  fault: Fault,
  topology: Topology,
  asked: Readonly<Record<string, string>> = {},
): Expected {
  const usual = valuesOf(fault, { ...fault.facts.signs?.given, ...asked }, topology);
  // Another target may need other values to be seen.
  const given = { ...factsFor(fault, usual, topology).signs?.given, ...asked };
  const values = valuesOf(fault, given, topology);
  const facts = factsFor(fault, values, topology);
  const { signs = {} } = facts;
  const { service, writing = false } = signs;
  return {
    ...signs,
    given,
    failing: signs.failing ?? [0, 0],
    slowerMs: signs.slowerMs ?? 0,
    values,
    facts,
    catalogued: [...settingsOf(fault).values()].some((setting) => isSameTarget(setting, values)),
    suffers({ reaches, method }) {
      if (service === undefined || (writing && method !== "POST")) return false;
      return service === "*" || reaches.includes(service);
    },
  };
}

function isSameTarget(setting: Setting, values: Setting): boolean {
  return Object.entries(setting).every(
    ([name, value]) => typeof value === "number" || values[name] === value,
  );
}
