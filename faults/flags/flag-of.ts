import type { Fault } from "../fault.ts";
import { type Flag, offVariant, onVariant } from "./document.ts";

type Values = Readonly<Record<string, number | string>>;

/** The flag that turns a fault on with these values, for every request or for those that `targeting` picks. */
export function flagOf(fault: Fault, values: Values, targeting?: Flag["targeting"]): Flag {
  return {
    state: "ENABLED",
    variants: { [offVariant]: {}, [onVariant]: values, ...fault.variants },
    defaultVariant: targeting ? offVariant : onVariant,
    ...(targeting ? { targeting } : {}),
  };
}

/** The flag that an environment variable sets at start. The variant may be one that the fault does not have: off. */
export function flagOfVariant(fault: Fault, variant: string): Flag | undefined {
  const variants: Record<string, unknown> = {
    [offVariant]: {},
    [onVariant]: {},
    ...fault.variants,
  };
  if (!Object.hasOwn(variants, variant)) return undefined;
  return { state: "ENABLED", variants, defaultVariant: variant };
}

/** The variants that a flag may give to somebody, less the one that changes nothing. */
export function possibleVariants(flag: Flag): readonly [name: string, values: unknown][] {
  if (flag.state !== "ENABLED") return [];
  const all = Object.entries(flag.variants).filter(([name]) => name !== offVariant);
  return flag.targeting === undefined ? all.filter(([name]) => name === flag.defaultVariant) : all;
}
