import { type NameKind, namesOf, type Topology } from "./topology.ts";

/** A number with its unit, its default and what it may be. */
export interface NumberParameter {
  readonly kind: "number";
  readonly unit: "ms" | "s" | "KiB" | "share" | "count" | "port";
  readonly says: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A name that stands in the application's table. */
export interface NameParameter {
  readonly kind: "name";
  readonly of: NameKind;
  readonly says: string;
  /** The name where the application has it. */
  readonly default: string;
  /** The names where it has not, the first that it has; where it has none of them, the operator must give one. */
  readonly elsewhere?: readonly string[];
}

export type Parameter = NumberParameter | NameParameter;
export type Parameters = Readonly<Record<string, Parameter>>;

/** The parameters of a fault, each with its value. */
export type Values<P extends Parameters = Parameters> = {
  readonly [Name in keyof P]: P[Name] extends NumberParameter ? number : string;
};

/** A parameter is unknown, missing or out of its range. The message is a sentence for the operator. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
}

type NumberDetails = Omit<NumberParameter, "kind" | "unit" | "default">;

function numberOf(unit: NumberParameter["unit"], limits: Pick<NumberParameter, "min" | "max">) {
  return (
    fallback: number,
    says: string,
    details: Partial<NumberDetails> = {},
  ): NumberParameter => ({
    kind: "number",
    unit,
    says,
    default: fallback,
    ...limits,
    ...details,
  });
}

export const milliseconds = numberOf("ms", { min: 0, max: 600_000 });
export const seconds = numberOf("s", { min: -31_536_000, max: 31_536_000 });
export const kibibytes = numberOf("KiB", { min: 1, max: 1_048_576 });
/** From 0 (never) to 1 (always). */
export const share = numberOf("share", { min: 0, max: 1 });
export const count = numberOf("count", { min: 0, max: 1_000_000 });
export const port = numberOf("port", { min: 1, max: 65_535 });

/** The name of a service, or of the service whose database or cache is meant; several for several applications. */
export function nameOf(
  of: NameKind,
  fallback: string | readonly [string, ...string[]],
  says: string,
): NameParameter {
  const [first, ...elsewhere] = typeof fallback === "string" ? [fallback] : fallback;
  return { kind: "name", of, default: first, ...(elsewhere.length > 0 ? { elsewhere } : {}), says };
}

/**
 * The values that a fault acts with: what was given (as text or number), else the defaults, checked against the
 * ranges and against the application's table. Throws a `ParameterError`.
 */
export function readParameters<P extends Parameters>(
  parameters: P,
  given: Readonly<Record<string, unknown>>,
  topology: Topology,
): Values<P> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(parameters, name)) continue;
    const known = Object.keys(parameters).join(", ") || "none";
    throw new ParameterError(`there is no parameter ${name}; there is ${known}`);
  }
  const entries = Object.entries(parameters).map(([name, parameter]) => [
    name,
    readOne(name, parameter, given[name] ?? defaultIn(parameter, topology), topology),
  ]);
  return Object.freeze(Object.fromEntries(entries)) as Values<P>;
}

/** What a parameter is unless somebody says otherwise, in that application. */
export function defaultIn(parameter: Parameter, topology: Topology): number | string {
  if (parameter.kind === "number") return parameter.default;
  const names = namesOf(topology, parameter.of);
  const candidates = [parameter.default, ...(parameter.elsewhere ?? [])];
  return candidates.find((name) => names.includes(name)) ?? parameter.default;
}

function readOne(
  name: string,
  parameter: Parameter,
  value: unknown,
  topology: Topology,
): number | string {
  return parameter.kind === "number"
    ? readNumber(name, parameter, value)
    : readName(name, parameter, value, topology);
}

function readNumber(name: string, { min, max, unit }: NumberParameter, value: unknown): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && number >= min && number <= max) return number;
  throw new ParameterError(
    `${name} must be a number (${unit}) from ${min} to ${max}, not ${value}`,
  );
}

function readName(name: string, { of }: NameParameter, value: unknown, topology: Topology): string {
  const names = namesOf(topology, of);
  if (typeof value === "string" && names.includes(value)) return value;
  const choice = names.length > 0 ? `must be one of ${names.join(", ")}` : "cannot be given";
  throw new ParameterError(`${name} ${choice}: ${topology.name} has no ${of} ${value}`);
}
