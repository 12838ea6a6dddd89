import type { OtherTarget, TargetFacts } from "./catalogue-facts.ts";
import type { Fault } from "./fault.ts";
import type { NameParameter, Parameter, Parameters } from "./parameters.ts";
import {
  cacheServerOf,
  databaseServer,
  type NameKind,
  namesOf,
  type Topology,
  usersOfRedis,
} from "./topology.ts";

export type Setting = Readonly<Record<string, number | string>>;

/**
 * The facts of a fault with these values of its parameters, whose names stand in the texts, as do those of the stores
 * that belong to them in this application.
 */
export function factsFor(
  { facts, parameters }: Fault,
  values: Setting,
  topology: Topology,
): TargetFacts {
  const { targets = {}, ...usual } = facts;
  const [parameter] = namesIn(parameters);
  // Where no name can be given, there is one target in each application.
  const target = parameter ? String(values[parameter[0]] ?? "") : topology.name;
  const other = Object.hasOwn(targets, target) ? targets[target] : undefined;
  const { localisation, ...told } = filled(other ? otherwise(usual, other) : usual, {
    ...serversOf(values, topology),
    ...values,
  });
  return { ...told, localisation: localisation.flatMap((names) => names.split(" ")) };
}

function otherwise({ aiopslab: _, ...usual }: TargetFacts, other: OtherTarget): TargetFacts {
  return { ...usual, ...other };
}

/**
 * What else stands in the texts: the application, `{database}` and `{cache}` of the service (any database where
 * no service is named), `{users}` of the Redis, and all `{databases}`. Several are as a command takes them, with a space between.
 */
function serversOf(
  { service, server }: Setting,
  topology: Topology,
): Readonly<Record<string, string>> {
  const has = (kind: NameKind) => namesOf(topology, kind).includes(String(service));
  const databases = namesOf(topology, "database").map((name) => databaseServer(topology, name));
  const users = usersOfRedis(topology, String(server));
  const [anyDatabase = ""] = databases;
  return {
    app: topology.name,
    databases: [...new Set(databases)].join(" "),
    ...(service === undefined ? { database: anyDatabase } : {}),
    ...(has("database") ? { database: databaseServer(topology, String(service)) } : {}),
    ...(has("cache") ? { cache: cacheServerOf(topology, String(service)) } : {}),
    ...(users.length > 0 ? { users: users.join(" ") } : {}),
  };
}

/** The facts with the values in place of `{service}` and the like, also inside of another name. */
export function filled<Facts>(facts: Facts, values: Readonly<Record<string, unknown>>): Facts {
  return texts(facts, (text) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)),
  );
}

/** Changes every text in plain data; patterns stay as they are. */
function texts<Data>(data: Data, change: (text: string) => string): Data {
  return changed(data, change) as Data;
}

function changed(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === "string") return change(data);
  if (Array.isArray(data)) return data.map((one) => changed(one, change));
  if (typeof data !== "object" || data === null || data instanceof RegExp) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, one]) => [name, changed(one, change)]),
  );
}

/** The default values, and those with which the catalogue says something else, by their target. */
export function settingsOf({ parameters, facts }: Fault): ReadonlyMap<string, Setting> {
  const usual = Object.fromEntries(
    Object.entries(parameters as Parameters).map(([name, one]) => [name, one.default]),
  );
  const names = namesIn(parameters);
  const targets = Object.keys(facts.targets ?? {}).map((target): [string, Setting] => {
    const place = names[0]?.[1].elsewhere?.indexOf(target) ?? -1;
    const beside = names.map(([name, one]) => [name, one.elsewhere?.[place] ?? one.default]);
    return [
      target,
      { ...usual, ...Object.fromEntries(beside), ...(names[0] ? { [names[0][0]]: target } : {}) },
    ];
  });
  return new Map([["", usual], ...targets]);
}

function namesIn(parameters: Parameters): readonly (readonly [string, NameParameter])[] {
  return Object.entries<Parameter>(parameters).flatMap(([name, one]) =>
    one.kind === "name" ? [[name, one] as const] : [],
  );
}
