import { flagsFolderOf } from "@faultline/launcher/apps";
import { redisFlags } from "@faultline/launcher/commands";
import type { App } from "@faultline/service/define-app";
import { images, reference } from "./images.ts";
import { variable, variableUnlessSet } from "./variable.ts";

/** A service of a compose file, as it is written there. */
export type Block = Readonly<Record<string, unknown>>;

/** A block that may begin with what one of the shared blocks says. */
export interface Extended {
  readonly extends?: string;
  readonly block: Block;
}

/** What no container of ours needs, it does not have. */
export const harmless = {
  read_only: true,
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
} as const;

/** Our image, and how it is made where it is not yet. */
export const ourImage = {
  image: reference(images.faultline),
  build: {
    context: ".",
    dockerfile: "docker/Dockerfile",
    args: { NODE_IMAGE: reference(images.node) },
  },
} as const;

/** Nobody but the network of the project reaches it; the official image says so by itself. */
export function redisCommand(...flags: readonly string[]): readonly string[] {
  return ["redis-server", "--protected-mode", "no", ...redisFlags, ...flags];
}

/** One that wants a password is well; one that still reads its data says something else. */
export function redisAnswers(...flags: readonly string[]): readonly string[] {
  const ask = ["redis-cli", ...flags, "ping"].join(" ");
  return ["sh", "-c", `${ask} | grep -Eq '^(PONG|NOAUTH)'`];
}

/** What many blocks of the file have in common: written once at its top, each with what it builds upon. */
const shared = {
  health: { block: { interval: "15s", timeout: "10s", retries: 3, start_period: "180s" } },
  harmless: { block: harmless },
  settings: {
    block: {
      // All containers of a small machine start at once; databases are healthy before, so nothing waits in vain.
      START_DEADLINE_MS: variable("START_DEADLINE_MS", "30000"),
      LOG_LEVEL: variable("LOG_LEVEL", "info"),
      JAEGER_SAMPLE_RATIO: variable("JAEGER_SAMPLE_RATIO", "0.01"),
      OTEL_EXPORTER_OTLP_ENDPOINT: variableUnlessSet(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://jaeger:4318",
      ),
      FLAGD_OFFLINE_FLAG_SOURCE_PATH: "/flags/flags.json",
    },
  },
  service: {
    extends: "harmless",
    block: {
      ...ourImage,
      restart: "unless-stopped",
      tmpfs: ["/tmp:size=16m"],
      mem_limit: "384m",
    },
  },
  mongodb: {
    extends: "harmless",
    block: {
      image: reference(images.mongo),
      user: "mongodb",
      restart: "unless-stopped",
      tmpfs: ["/tmp:size=64m", "/data/configdb:size=1m"],
      mem_limit: "512m",
      healthcheck: healthcheck("bash", "/stores/mongod-answers.sh"),
    },
  },
  memcached: {
    extends: "harmless",
    block: {
      image: reference(images.memcached),
      command: ["memcached", "-m", "128", "-t", "2"],
      restart: "unless-stopped",
      mem_limit: "192m",
      volumes: ["./docker/stores/memcached-answers.sh:/stores/memcached-answers.sh:ro"],
      healthcheck: healthcheck("bash", "/stores/memcached-answers.sh"),
    },
  },
  redis: {
    extends: "harmless",
    block: {
      image: reference(images.redis),
      // The image begins as root, looks through the volume for what is not its user's, and goes on as that one.
      cap_add: ["CHOWN", "DAC_READ_SEARCH", "SETUID", "SETGID"],
      command: redisCommand(),
      restart: "unless-stopped",
      tmpfs: ["/tmp:size=16m"],
      mem_limit: "640m",
      healthcheck: healthcheck(...redisAnswers()),
    },
  },
} satisfies Record<string, Extended>;

/** The blocks that an application needs at the top of its file. */
export function sharedBlocksOf(app: App): readonly (readonly [string, Extended])[] {
  const used = new Set(
    Object.values(app.services).flatMap(({ definition }) => Object.keys(definition.stores ?? {})),
  );
  const isUnused: Readonly<Record<string, boolean>> = {
    memcached: !used.has("memcached"),
    mongodb: !used.has("mongo"),
    redis: !used.has("redis"),
  };
  return Object.entries({ ...shared, service: withFlags(app) }).filter(([name]) => !isUnused[name]);
}

/** A service sees the flags of its application. A directory, not a file: what replaces a file in it is seen. */
function withFlags({ name }: App): Extended {
  const { block, ...base } = shared.service;
  return { ...base, block: { ...block, volumes: [`./${flagsFolderOf(name)}:/flags:ro`] } };
}

/** A command that succeeds in a container whose server is ready. */
export function healthcheck(...command: readonly string[]): Block {
  return { "<<": "health", test: ["CMD", ...command] };
}
