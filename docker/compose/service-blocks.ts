import { addressVariable, doorVariable, ownSettings } from "@faultline/launcher/environment";
import { databaseUser } from "@faultline/launcher/mongo-users";
import { isCircular } from "@faultline/service/call-order";
import {
  type App,
  cacheServer,
  containerPort,
  databaseServer,
  frontDoorOf,
  hostOf,
  protocolOf,
  redisServer,
  type Service,
} from "@faultline/service/define-app";
import { images, reference } from "./images.ts";
import { type Block, type Extended, healthcheck } from "./shared-blocks.ts";
import { variable } from "./variable.ts";

/** Every service of an application with its stores, then what watches and loads it, by name. */
export function servicesOf(app: App): ReadonlyMap<string, Extended> {
  const lines = Object.values(app.services);
  return new Map([
    ...lines.map((line): [string, Extended] => [line.host, serviceBlock(app, line)]),
    ...lines.flatMap((line) => storeBlocks(line)),
    ...toolBlocks(app),
  ]);
}

/** The stores that keep something on disk, each in a volume of its name. */
export function volumesOf(app: App): readonly string[] {
  const servers = Object.values(app.services).flatMap(({ name, definition: { stores } }) => [
    ...(stores?.mongo ? [databaseServer(name, stores.mongo)] : []),
    ...(stores?.redis ? [redisServer(stores.redis)] : []),
  ]);
  return [...new Set(servers)];
}

/** Where the rendered scripts of a database server are. */
export function scriptFolder(app: string, service: string): string {
  return `docker/${app}/mongodb-${service}`;
}

/** The variable by which somebody chooses the port of this machine where a front door is. */
export function portVariable(name: string): string {
  return `${name.toUpperCase().replaceAll("-", "_")}_PORT`;
}

function serviceBlock(app: App, { name, host, definition, table }: Service): Extended {
  const { http, calls = [] } = definition;
  const port = containerPort(definition);
  const { variables, servers } = storesOf(name, definition);
  const callees = calls.map((callee) => {
    const line = table[callee] ?? definition;
    return { callee, host: hostOf(callee, line), port: containerPort(line) };
  });
  // Of two that call each other, neither can wait for the other.
  const needed = callees.filter(({ callee }) => !isCircular(app, name, callee));
  return {
    extends: "service",
    block: {
      // With the application's name: several have a service `user`.
      command: [`${app.name}/${name}`],
      labels: { "io.kompose.service": host },
      environment: {
        "<<": "settings",
        ...variables,
        ...settingsOf(definition),
        ...(frontDoorOf(app).name === name ? otherDoors(app, name) : {}),
        ...Object.fromEntries(
          callees.map(({ callee, ...at }) => [addressVariable(callee), `${at.host}:${at.port}`]),
        ),
      },
      ...(http
        ? { ports: [loopback(portVariable(host), definition.port, port)] }
        : { expose: [`${port}`] }),
      healthcheck: healthcheck("healthcheck", protocolOf(definition), `${port}`),
      depends_on: healthy([...servers, ...needed.map((callee) => callee.host)]),
    },
  };
}

/** What is taken if a reader sets nothing; an id is drawn then, as must be where there are several of a service. */
const otherwise: Readonly<Record<string, string>> = {
  JWT_SECRET: "secret",
  MACHINE_ID: "",
  WRK2_API: "open",
};

function settingsOf(definition: Service["definition"]): Block {
  const names = ownSettings(definition).filter((name) => name in otherwise);
  return Object.fromEntries(names.map((name) => [name, variable(name, otherwise[name] ?? "")]));
}

/** Where browsers find the doors beside this one: what is published on this machine. */
function otherDoors(app: App, own: string): Block {
  const others = Object.values(app.services).filter(
    ({ name, definition }) => definition.http && name !== own,
  );
  return Object.fromEntries(
    others.map(({ name, host, definition: { port } }) => [
      doorVariable(name),
      `http://127.0.0.1:${variable(portVariable(host), `${port}`)}`,
    ]),
  );
}

/** The servers that a service keeps its data in, and the variables that tell it where they are. */
function storesOf(name: string, { stores = {} }: Service["definition"]) {
  const { mongo, memcached, redis } = stores;
  const servers = {
    ...(mongo ? { mongo: databaseServer(name, mongo) } : {}),
    ...(memcached ? { memcached: cacheServer(memcached) } : {}),
    ...(redis ? { redis: redisServer(redis) } : {}),
  };
  const login = mongo?.auth ? `${databaseUser.name}:${databaseUser.password}@` : "";
  return {
    servers: Object.values(servers),
    variables: {
      ...(mongo ? { MONGO_URL: `mongodb://${login}${servers.mongo}:27017` } : {}),
      ...(memcached ? { MEMCACHED_ADDRESS: `${servers.memcached}:11211` } : {}),
      ...(redis ? { REDIS_URL: `redis://${servers.redis}:6379` } : {}),
    },
  };
}

function storeBlocks({ app, name, definition: { stores } }: Service): [string, Extended][] {
  const { mongo, memcached, redis } = stores ?? {};
  return [
    ...(mongo ? [databaseBlock({ app, name }, databaseServer(name, mongo), mongo.auth)] : []),
    ...(memcached ? [storeBlock("memcached", cacheServer(memcached))] : []),
    ...(redis
      ? [storeBlock("redis", redisServer(redis), { volumes: [`${redisServer(redis)}:/data`] })]
      : []),
  ];
}

function storeBlock(extended: string, server: string, more: Block = {}): [string, Extended] {
  const labels = { "io.kompose.service": server };
  return [server, { extends: extended, block: { hostname: server, labels, ...more } }];
}

function databaseBlock(
  { app, name }: Pick<Service, "app" | "name">,
  server: string,
  auth = false,
): [string, Extended] {
  const folder = `./${scriptFolder(app, name)}`;
  const scripts = auth
    ? [
        "./docker/stores/mongo:/usr/local/bin/mongo:ro",
        `${folder}/init:/docker-entrypoint-initdb.d:ro`,
        `${folder}/scripts:/scripts:ro`,
      ]
    : [];
  return [
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
  ];
}

function toolBlocks(app: App): [string, Extended][] {
  const door = frontDoorOf(app);
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
            BASE_URL: `http://${door.host}:${containerPort(door.definition)}`,
            RATE: variable("RATE", "100"),
            DURATION: variable("DURATION", "30s"),
            BASE: variable("BASE", ""),
          },
          volumes: ["./loadgen:/loadgen:ro"],
          depends_on: healthy([door.host]),
        },
      },
    ],
  ];
}

/** On this machine only: what is broken on purpose should not be on a network. */
function loopback(name: string, port: number, inside: number = port): string {
  return `127.0.0.1:${variable(name, `${port}`)}:${inside}`;
}

function healthy(names: readonly string[]): Block {
  return Object.fromEntries(names.map((name) => [name, { condition: "service_healthy" }]));
}
