import { readFlagConfig } from "./flags.ts";
import {
  addresses,
  type Environment,
  integer,
  oneOf,
  ratio,
  read,
  type Setting,
  text,
  url,
} from "./setting.ts";
import { readRpcTls, readTls, type TlsConfig } from "./tls.ts";

/** What the defaults depend on: a service's own line in its application's table. */
export interface ServiceFacts {
  /** Its own port in a container. */
  readonly port: number;
  /** Where its callees listen in a container network: `geo:8083`. */
  readonly calls: ReadonlyMap<string, string>;
  /** The names of the servers that it keeps its data in. */
  readonly mongo?: string;
  readonly memcached?: string;
  readonly redis?: string;
}

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** Every setting that all services share. The defaults are those of a container network. */
export const sharedSettings = {
  processes: integer("PROCESSES", {
    says: "with all services in one process: over how many such processes they are spread",
    example: "2",
    fallback: 1,
    min: 1,
    max: 64,
  }),
  host: text("HOST", {
    says: "address to listen on",
    example: "0.0.0.0",
    fallback: "127.0.0.1",
  }),
  metricsPort: integer("METRICS_PORT", {
    says: "port of `/metrics`; 0 leaves it out",
    example: "9464",
    fallback: 0,
    min: 0,
    max: 65_535,
  }),
  requestDeadlineMs: integer("REQUEST_DEADLINE_MS", {
    says: "longest time for a request that brings no deadline of its own, in milliseconds",
    example: "30000",
    fallback: 30_000,
    min: 1,
    max: 3_600_000,
  }),
  startDeadlineMs: integer("START_DEADLINE_MS", {
    says: "longest wait for the database at start, in milliseconds; then the process ends",
    example: "10000",
    fallback: 10_000,
    min: 100,
    max: 3_600_000,
  }),
  drainMs: integer("DRAIN_MS", {
    says: "time to finish accepted requests after SIGTERM, in milliseconds",
    example: "5000",
    fallback: 5_000,
    min: 0,
    max: 600_000,
  }),
  rpcTlsDirectory: text("RPC_TLS_DIRECTORY", {
    says: "certificates with which services speak TLS to each other, named as in `TLS_DIRECTORY`; front doors do not use them",
    example: "/tls/services",
    fallback: undefined,
  }),
  otlpUrl: url("OTEL_EXPORTER_OTLP_ENDPOINT", ["http", "https"], {
    says: "where traces go, by OTLP over HTTP; unset: nowhere",
    example: "http://localhost:4318",
    fallback: undefined,
  }),
  serviceName: text("OTEL_SERVICE_NAME", {
    says: "the name in traces, metrics and logs; unset: the service's own",
    example: "geo",
    fallback: undefined,
  }),
  sampler: oneOf("OTEL_TRACES_SAMPLER", samplers, {
    says: "which traces are kept",
    example: "parentbased_traceidratio",
    fallback: undefined,
  }),
  samplerArgument: ratio("OTEL_TRACES_SAMPLER_ARG", {
    says: "share of traces that a ratio sampler keeps",
    example: "0.01",
    fallback: undefined,
  }),
  jaegerSampleRatio: ratio("JAEGER_SAMPLE_RATIO", {
    says: "share of traces kept, if `OTEL_TRACES_SAMPLER` is not set",
    example: "1",
    fallback: 0.01,
  }),
} satisfies Record<string, Setting<unknown>>;

/** The settings that depend on the service's line: its port, its stores, its callees. */
export function ownSettings(facts: ServiceFacts) {
  return {
    port: integer("PORT", {
      says: "port to listen on; unset: the one of the service's line",
      example: "8083",
      fallback: facts.port,
      min: 0,
      max: 65_535,
    }),
    mongoUrl: url("MONGO_URL", ["mongodb", "mongodb+srv"], {
      says: "the service's database server, with credentials if it wants them",
      example: "mongodb://admin:admin@mongodb-geo:27017",
      fallback: `mongodb://${facts.mongo ?? "mongodb"}:27017`,
    }),
    memcachedAddresses: addresses("MEMCACHED_ADDRESS", {
      says: "the service's memcached servers",
      example: "memcached-rate:11211",
      fallback: [`${facts.memcached ?? "memcached"}:11211`],
    }),
    redisUrl: url("REDIS_URL", ["redis", "rediss"], {
      says: "the service's Redis, with credentials if it wants them; `rediss` is with TLS",
      example: "redis://home-timeline-redis:6379",
      fallback: `redis://${facts.redis ?? "redis"}:6379`,
    }),
    redisCaFile: text("REDIS_CA_FILE", {
      says: "PEM file of those who may sign the certificate of a `rediss` server; unset: whom the system trusts",
      example: "/etc/tls/ca.pem",
      fallback: undefined,
    }),
  };
}

/** The setting that tells where a callee listens: `GEO_ADDRESS`. */
export function calleeSetting(callee: string, address: string): Setting<readonly string[]> {
  return addresses(`${callee.toUpperCase().replaceAll("-", "_")}_ADDRESS`, {
    says: "where that callee listens; several replicas with commas between",
    example: address,
    fallback: [address],
  });
}

const logLevels: Readonly<Record<string, "error" | "warn" | "info" | "debug">> = {
  "": "error",
  error: "error",
  warn: "warn",
  warning: "warn",
  info: "info",
  debug: "debug",
  trace: "debug",
};

export type ServiceConfig = ReturnType<typeof readServiceConfig>;

/** A process that holds many services is told of each one's stores by variables that begin with its name. */
const storeVariables = ["MONGO_URL", "MEMCACHED_ADDRESS", "REDIS_URL", "REDIS_CA_FILE"] as const;

/** The environment as one of many services in a process sees it: `GEO_MONGO_URL` is its `MONGO_URL`. */
export function environmentOf(service: string, environment: Environment): Environment {
  const prefix = service.toUpperCase().replaceAll("-", "_");
  const own = storeVariables.flatMap((variable) => {
    const value = environment[`${prefix}_${variable}`];
    return value === undefined ? [] : [[variable, value] as const];
  });
  return { ...environment, ...Object.fromEntries(own) };
}

/** Reads what a service is told by its environment. Throws a sentence for the operator if a value is malformed. */
export function readServiceConfig(
  facts: ServiceFacts,
  environment: Environment = process.env,
  warn: (sentence: string) => void = () => {},
) {
  const shared = read(sharedSettings, environment);
  const own = read(ownSettings(facts), environment);
  const callees = new Map<string, readonly string[]>();
  for (const [callee, address] of facts.calls) {
    callees.set(callee, read({ callee: calleeSetting(callee, address) }, environment).callee);
  }
  const tls: TlsConfig | undefined = readTls(environment, warn);
  return Object.freeze({
    ...shared,
    ...own,
    callees,
    /** Of front doors, and of services unless those have their own. */
    tls,
    rpcTls: readRpcTls(shared.rpcTlsDirectory, tls),
    flags: readFlagConfig(environment),
    sampling: sampling(shared),
    logLevel: logLevels[environment.LOG_LEVEL?.toLowerCase() ?? "info"] ?? "info",
    memcachedTimeoutMs: memcachedTimeoutMs(environment.MEMC_TIMEOUT),
  });
}

function sampling(shared: {
  readonly sampler: (typeof samplers)[number] | undefined;
  readonly samplerArgument: number | undefined;
  readonly jaegerSampleRatio: number | undefined;
}) {
  if (shared.sampler) return { sampler: shared.sampler, ratio: shared.samplerArgument ?? 1 };
  return { sampler: "parentbased_traceidratio" as const, ratio: shared.jaegerSampleRatio ?? 0.01 };
}

/** `MEMC_TIMEOUT` in whole seconds, 2 by default; 0 and nonsense mean the original library's half second. */
function memcachedTimeoutMs(seconds: string | undefined): number {
  if (seconds === undefined) return 2_000;
  return (/^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : 0) || 500;
}
