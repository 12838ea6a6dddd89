import type { Call, Middleware } from "@faultline/rpc/call";
import type { CatalogueFacts } from "./catalogue-facts.ts";
import type { Driver } from "./driver.ts";
import { ParameterError, type Parameters, readParameters, type Values } from "./parameters.ts";
import { namesOf, type Topology } from "./topology.ts";

/** What a hook inside a service is given while its fault is on. */
export interface Attached {
  /** Chance from a seeded source: a number from 0 up to 1. */
  random(): number;
  /** Aborts when the fault is turned off: whatever was begun ends then, and waits are cut short. */
  readonly signal: AbortSignal;
  /** Says on the call's span and log that what follows is intended; silent unless `FAULT_REVEAL=1`. */
  mark(call: Call): void;
}

/** Makes the layer that acts, once for each set of values; the layer then sees every call that is hit. */
export type LayerHook<P extends Parameters> = (values: Values<P>, attached: Attached) => Middleware;

/** Layers around RPCs. Which calls pass through is decided by `service` (who answers) and `caller`. */
export interface CallHooks<P extends Parameters> {
  /** Around the answering of a request by the service, inside its span. */
  readonly answering?: LayerHook<P>;
  /** Around a call made to the service, inside the caller's span. */
  readonly calling?: LayerHook<P>;
  /** Around the whole of such a call: every `next` is an attempt of its own, with its own span. */
  readonly attempting?: LayerHook<P>;
}

/** What an operation on stores or processes is done with. */
export interface Operation {
  readonly driver: Driver;
  readonly topology: Topology;
  readonly signal: AbortSignal;
}

/** What an injection leaves in mind for its recovery; plain JSON, kept across a crash. */
export type Memento = Readonly<Record<string, unknown>>;

/** A fault that is done to a store or a process from outside. Both directions may be repeated. */
export interface Intervention<P extends Parameters> {
  /** Does it. Done twice, the second changes nothing. */
  inject(values: Values<P>, operation: Operation): Promise<Memento | undefined>;
  /**
   * The servers that it starts otherwise, or stops, for as long as it is on: another fault that holds one of them is
   * refused meanwhile.
   */
  holds?(values: Values<P>, topology: Topology): readonly string[];
  /** Undoes it, whoever did it, and also after half of it; where nothing is to be undone, nothing changes. */
  recover(values: Values<P>, operation: Operation, memento: Memento | undefined): Promise<void>;
}

/** Where a fault may take hold. */
interface Hooks<P extends Parameters> {
  /** RPCs and HTTP requests, inside the services that they concern. */
  readonly onCall: CallHooks<P>;
  /** Operations of the service on its database or cache, inside their span. */
  readonly onQuery: { readonly store: "mongodb" | "memcached"; readonly layer: LayerHook<P> };
  /** Something that goes on inside the service's process for as long as the fault is on. */
  readonly onService: (values: Values<P>, attached: Attached) => void;
  /** A store's server, through its own administration commands and settings. */
  readonly onStore: Intervention<P>;
  /** A server's process or network. */
  readonly onProcess: Intervention<P>;
  /** A wrong handler in a service's own folder, which its `main.ts` lists under the fault's name. */
  readonly twin: true;
}

export type HookKind = keyof Hooks<Parameters>;

/** Exactly one of them. */
export type Hook<P extends Parameters> = {
  readonly [Kind in HookKind]: Pick<Hooks<P>, Kind> & {
    readonly [Other in Exclude<HookKind, Kind>]?: never;
  };
}[HookKind];

interface Described<P extends Parameters> {
  /** `kebab-case`; the flag, the file and the environment variable `FAULT_<NAME>` are named so. */
  readonly name: string;
  /** One sentence for the operator. */
  readonly summary: string;
  /** A hook inside a service applies to the service that `service` names, and to calls that `caller` makes. */
  readonly parameters: P;
  /** A server that the application must have, where no parameter names it. */
  readonly needs?: string;
  readonly facts: CatalogueFacts;
  /** Further named sets of values beside `on`, which is all defaults. */
  readonly variants?: Readonly<Record<string, Partial<Values<P>>>>;
}

/** A fault of whatever parameters, as lists and tools see it. */
// biome-ignore lint/suspicious/noExplicitAny: the parameters of all faults differ; each pairs its own.
export type Fault = Described<any> & Hook<any>;

const hookKinds: readonly HookKind[] = [
  "onCall",
  "onQuery",
  "onService",
  "onStore",
  "onProcess",
  "twin",
];

/** Declares a fault; it is off. Throws if the declaration is not in order. */
export function defineFault<const P extends Parameters>(fault: Described<P> & Hook<P>): Fault {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(fault.name))
    throw new Error(`a fault is named in kebab-case, not "${fault.name}"`);
  const kinds = hookKinds.filter((kind) => Object.hasOwn(fault, kind));
  if (kinds.length !== 1) throw new Error(`${fault.name} needs exactly one hook, not ${kinds}`);
  return fault as Fault;
}

/**
 * The values that a fault acts with in an application: what was given, else the defaults. Throws a `ParameterError`
 * if something cannot be, or if the application has not what the fault is about.
 */
export function valuesOf(
  { name, parameters, needs }: Fault,
  given: Readonly<Record<string, unknown>>,
  topology: Topology,
): Values {
  if (needs !== undefined && !namesOf(topology, "server").includes(needs))
    throw new ParameterError(`${name} is about ${needs}, which ${topology.name} has not`);
  return readParameters(parameters as Parameters, given, topology);
}

/** Whether an application has what the fault is about: with these values, or without anybody saying what. */
export function isFor(
  fault: Fault,
  topology: Topology,
  given: Readonly<Record<string, unknown>> = {},
): boolean {
  try {
    valuesOf(fault, given, topology);
    return true;
  } catch (error) {
    if (error instanceof ParameterError) return false;
    throw error;
  }
}

/** Where the fault takes hold. */
export function hookKind(fault: Fault): HookKind {
  const kind = hookKinds.find((candidate) => Object.hasOwn(fault, candidate));
  if (!kind) throw new Error(`${fault.name} has no hook`);
  return kind;
}

/** Whether it is turned on by a flag that services read, rather than done from outside. */
export function isFlagged(fault: Fault): boolean {
  return !["onStore", "onProcess"].includes(hookKind(fault));
}

/** `FAULT_GEO_FLAKY`: the variable that turns the fault on from the start. */
export function faultVariable({ name }: Pick<Fault, "name">): string {
  return `FAULT_${name.toUpperCase().replaceAll("-", "_")}`;
}
