import type { TargetFacts } from "../catalogue-facts.ts";
import { factsFor, type Setting } from "../facts-for.ts";
import { type Fault, valuesOf } from "../fault.ts";
import type { Signs } from "../signs.ts";
import type { Topology } from "../topology.ts";
import type { Route } from "./routes.ts";

/** What must be seen of a fault, with the values of its parameters filled in. */
export interface Expected extends Signs {
  readonly failing: readonly [number, number];
  readonly slowerMs: number;
  readonly values: Setting;
  /** What the catalogue says of it with these values. */
  readonly facts: TargetFacts;
  /** Whether a route is among those that suffer. */
  suffers(route: Route): boolean;
}

/** Throws a `ParameterError` if the fault is not for this application. */
export function expectedOf(fault: Fault, topology: Topology): Expected {
  const usual = valuesOf(fault, fault.facts.signs?.given ?? {}, topology);
  // Another target may need other values to be seen.
  const { signs: { given = {} } = {} } = factsFor(fault, usual);
  const values = valuesOf(fault, given, topology);
  const facts = factsFor(fault, values);
  const { signs = {} } = facts;
  const { service } = signs;
  return {
    ...signs,
    failing: signs.failing ?? [0, 0],
    slowerMs: signs.slowerMs ?? 0,
    values,
    facts,
    suffers({ reaches }) {
      if (service === undefined) return false;
      return service === "*" || reaches.includes(service);
    },
  };
}
