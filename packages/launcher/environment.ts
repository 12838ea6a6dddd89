import { join } from "node:path";
import type { Service, ServiceDefinition } from "@faultline/service/define-app";
import type { Environment } from "./machine.ts";
import { root } from "./root.ts";

/** What every process needs of a user's environment to be a process. */
const system = ["HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ", "USER"];

/** What a user sets for the services: the settings of `packages/config` that are not about addresses. */
const settings =
  /^(OTEL_|TLS$|TLS_|LOG_LEVEL$|JAEGER_|MEMC_|NODE_EXTRA_CA_CERTS$|\w+_DEADLINE_MS$|DRAIN_MS$)/;

/** What a user sets about feature flags; stores are not told. */
const servicesOnly = /^(FLAGD_|FAULT_)/;

/** What a user sets for those services only that have a use for it: what their line in the table says of them. */
const onRequest: readonly (readonly [string, (definition: ServiceDefinition) => boolean])[] = [
  ["JWT_SECRET", ({ tokens }) => tokens === true],
  ["MACHINE_ID", ({ ids }) => ids === true],
  // Of a door with logins: who may come in without, and where its pages find other doors.
  ["MEDIA_FRONTEND_URL", isDoorWithLogins],
  ["WRK2_API", isDoorWithLogins],
];

function isDoorWithLogins({ http, tokens }: ServiceDefinition): boolean {
  return http === true && tokens === true;
}

/** The names of a service's own settings. */
export function ownSettings(definition: ServiceDefinition): readonly string[] {
  return onRequest.flatMap(([name, isFor]) => (isFor(definition) ? [name] : []));
}

/** A store's environment: nothing but what a process needs. */
export function storeEnvironment(environment: Environment): Record<string, string> {
  return pick(environment, (name) => system.includes(name));
}

/** What a process of ours gets: the user's settings, and where Node keeps compiled code. */
export function nodeEnvironment(environment: Environment): Record<string, string> {
  return {
    ...pick(environment, (name) => system.includes(name) || settings.test(name)),
    NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE ?? join(root, "node_modules/.cache/compile"),
    // glibc would give each of a small process's threads an arena of its own.
    MALLOC_ARENA_MAX: environment.MALLOC_ARENA_MAX ?? "2",
  };
}

/** What a process of these services gets besides: what only services are told, and what these variables say. */
export function serviceEnvironment(
  environment: Environment,
  told: Readonly<Record<string, string>>,
  services: readonly Pick<Service, "definition">[],
): Record<string, string> {
  const own = new Set(services.flatMap(({ definition }) => ownSettings(definition)));
  const isWanted = (name: string) => name in told || servicesOnly.test(name) || own.has(name);
  return { ...told, ...pick(environment, isWanted) };
}

/** `GEO_ADDRESS`: the variable that tells a service where a callee listens. */
export function addressVariable(callee: string): string {
  return `${upper(callee)}_ADDRESS`;
}

/** `MEDIA_FRONTEND_URL`: the variable that tells a front door where browsers find another. */
export function doorVariable(door: string): string {
  return `${upper(door)}_URL`;
}

/** `GEO_MONGO_URL`: a store's variable where one process has the stores of many services. */
export function storeVariable(
  service: string,
  variable: "MONGO_URL" | "MEMCACHED_ADDRESS" | "REDIS_URL" | "REDIS_CA_FILE",
): string {
  return `${upper(service)}_${variable}`;
}

function upper(service: string): string {
  return service.toUpperCase().replaceAll("-", "_");
}

function pick(
  environment: Environment,
  isWanted: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && isWanted(name) ? [[name, value]] : [],
    ),
  );
}
