import { addressVariable } from "@faultline/launcher/environment";
import { databaseUser } from "@faultline/launcher/mongo-users";
import { type App, protocolOf, type Service } from "@faultline/service/define-app";
import { images, reference } from "./images.ts";
import { variable, variableUnlessSet } from "./variable.ts";

/** A service of a compose file, as it is written there. */
export type Block = Readonly<Record<string, unknown>>;

/** A block that may begin with what one of the shared blocks says. */
export interface Extended {
  readonly extends?: string;
  readonly block: Block;
}

/** What many blocks of the file have in common: written once at its top, each with what it builds upon. */
export const shared = {
  health: { block: { interval: "15s", timeout: "10s", retries: 3, start_period: "180s" } },
  harmless: {
    block: {
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
    },
  },
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
      image: reference(images.faultline),
      build: {
        context: ".",
        dockerfile: "docker/Dockerfile",
        args: { NODE_IMAGE: reference(images.node) },
      },
      restart: "unless-stopped",
      tmpfs: ["/tmp:size=16m"],
      // A directory, not a file: what replaces a file in it is seen.
      volumes: ["./.faultline/compose:/flags:ro"],
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
} satisfies Record<string, Extended>;

/** Every service of an application with its stores, then what watches and loads it, by name. */
export function servicesOf(app: App): ReadonlyMap<string, Extended> {
  const lines = Object.values(app.services);
  return new Map([
    ...lines.map((line): [string, Extended] => [line.name, serviceBlock(line)]),
    ...lines.flatMap((line) => storeBlocks(line)),
    ...toolBlocks(app),
  ]);
}

/** Where the rendered scripts of a database server are. */
export function scriptFolder(app: string, service: string): string {
  return `docker/${app}/mongodb-${service}`;
}

/** The variable by which somebody chooses the port of this machine where a front door is. */
export function portVariable(name: string): string {
  return `${name.toUpperCase().replaceAll("-", "_")}_PORT`;
}

function serviceBlock({ name, definition, table }: Service): Extended {
  const { port, http, stores, calls = [] } = definition;
  const mongo = stores?.mongo;
  const memcached = stores?.memcached && `memcached-${stores.memcached.name}`;
  const needs = [
    ...(mongo ? [`mongodb-${name}`] : []),
    ...(memcached ? [memcached] : []),
    ...calls,
  ];
  const login = mongo?.auth ? `${databaseUser.name}:${databaseUser.password}@` : "";
  return {
    extends: "service",
    block: {
      command: [name],
      labels: { "io.kompose.service": name },
      environment: {
        "<<": "settings",
        ...(mongo ? { MONGO_URL: `mongodb://${login}mongodb-${name}:27017` } : {}),
        ...(memcached ? { MEMCACHED_ADDRESS: `${memcached}:11211` } : {}),
        ...Object.fromEntries(
          calls.map((callee) => [addressVariable(callee), `${callee}:${table[callee]?.port}`]),
        ),
      },
      ...(http ? { ports: [loopback(portVariable(name), port)] } : { expose: [`${port}`] }),
      healthcheck: healthcheck("healthcheck", protocolOf(definition), `${port}`),
      depends_on: healthy(needs),
    },
  };
}

function storeBlocks({ app, name, definition: { stores } }: Service): [string, Extended][] {
  const blocks: [string, Extended][] = [];
  if (stores?.mongo) {
    const { auth = false } = stores.mongo;
    const server = `mongodb-${name}`;
    const folder = `./${scriptFolder(app, name)}`;
    const scripts = auth
      ? [
          "./docker/stores/mongo:/usr/local/bin/mongo:ro",
          `${folder}/init:/docker-entrypoint-initdb.d:ro`,
          `${folder}/scripts:/scripts:ro`,
        ]
      : [];
    blocks.push([
      server,
      {
        extends: "mongodb",
        block: {
          hostname: server,
          command: ["mongod", ...(auth ? ["--auth"] : [])],
          labels: { "io.kompose.service": server },
          volumes: [
            `${server}:/data/db`,
            "./docker/stores/mongod-answers.sh:/stores/mongod-answers.sh:ro",
            ...scripts,
          ],
        },
      },
    ]);
  }
  if (stores?.memcached) {
    const server = `memcached-${stores.memcached.name}`;
    const labels = { "io.kompose.service": server };
    blocks.push([server, { extends: "memcached", block: { hostname: server, labels } }]);
  }
  return blocks;
}

function toolBlocks(app: App): [string, Extended][] {
  const door = Object.values(app.services).find(({ definition }) => definition.http);
  if (!door) throw new Error(`${app.name} has no front door`);
  return [
    [
      "jaeger",
      {
        extends: "harmless",
        block: {
          image: reference(images.jaeger),
          profiles: ["observability"],
          tmpfs: ["/tmp:size=64m"],
          mem_limit: "1g",
          ports: [loopback("JAEGER_PORT", 16_686)],
          restart: "unless-stopped",
          healthcheck: healthcheck(
            "wget",
            "-q",
            "-O",
            "/dev/null",
            "http://127.0.0.1:13133/status",
          ),
        },
      },
    ],
    [
      "k6",
      {
        extends: "harmless",
        block: {
          image: reference(images.k6),
          profiles: ["load"],
          command: ["run", `/loadgen/${app.name}.ts`],
          tmpfs: ["/tmp:size=64m"],
          mem_limit: "1g",
          environment: {
            BASE_URL: `http://${door.name}:${door.definition.port}`,
            RATE: variable("RATE", "100"),
            DURATION: variable("DURATION", "30s"),
            BASE: variable("BASE", "fresh"),
          },
          volumes: ["./loadgen:/loadgen:ro"],
          depends_on: healthy([door.name]),
        },
      },
    ],
  ];
}

/** A command that succeeds in a container whose server is ready. */
function healthcheck(...command: readonly string[]): Block {
  return { "<<": "health", test: ["CMD", ...command] };
}

/** On this machine only: what is broken on purpose should not be on a network. */
function loopback(name: string, port: number): string {
  return `127.0.0.1:${variable(name, `${port}`)}:${port}`;
}

function healthy(names: readonly string[]): Block {
  return Object.fromEntries(names.map((name) => [name, { condition: "service_healthy" }]));
}
