import { expect, test } from "vitest";
import { apps } from "./apps.ts";
import { type PlanSettings, planApps } from "./plan.ts";
import type { ServerPlan } from "./server-plan.ts";
import { machine as realMachine } from "./test-launch.ts";

const { mongod: _, ...machine } = realMachine;
const dataDirectory = { databasePath: (server: string) => `/data/${server}` };

async function planOf(names: readonly string[], change: Partial<PlanSettings> = {}) {
  const tables = names.flatMap((name) => apps[name]?.app ?? []);
  const settings = { machine, dataDirectory, replicas: new Map(), ...change };
  const servers = await planApps(tables, settings);
  return new Map(servers.map((server) => [server.name, server]));
}

async function plan(change: Partial<PlanSettings> = {}): Promise<Map<string, ServerPlan>> {
  const hotel = apps.hotel?.app;
  if (!hotel) throw new Error("no hotel");
  const servers = await planApps([hotel], {
    machine,
    dataDirectory,
    replicas: new Map(),
    ...change,
  });
  return new Map(servers.map((server) => [server.name, server]));
}

test("hotel is ten services, eight databases and four caches, each after what it uses", async () => {
  const servers = [...(await plan()).values()];
  const names = servers.map(({ name }) => name);

  expect(names).toHaveLength(22);
  expect(names.at(-1)).toBe("frontend");
  const usedLater = servers.flatMap(({ name, uses }, index) =>
    uses.filter((used) => names.indexOf(used) > index).map((used) => `${name} uses ${used}`),
  );
  expect(usedLater).toEqual([]);
});

test("what is at the end of the longest chain of callers comes first", async () => {
  const services = [...(await plan()).values()].filter(({ kind }) => kind === "service");

  expect(services.slice(0, 2).map(({ name }) => name)).toEqual(["geo", "rate"]);
});

test("a service is told where it listens, and where its stores and callees are", async () => {
  const servers = await plan();

  expect(servers.get("rate")?.command.env).toMatchObject({
    HOST: "127.0.0.1",
    PORT: "8084",
    METRICS_PORT: "18084",
    MONGO_URL: "mongodb://admin:admin@127.0.0.1:27020",
    MEMCACHED_ADDRESS: "127.0.0.1:11212",
  });
  expect(servers.get("search")?.command.env).toMatchObject({
    GEO_ADDRESS: "127.0.0.1:8083",
    RATE_ADDRESS: "127.0.0.1:8084",
  });
  expect(servers.get("search")?.command.env).not.toHaveProperty("MONGO_URL");
});

test("databases with access control run with --auth, the others without", async () => {
  const servers = await plan();

  expect(servers.get("mongodb-geo")?.command.args).toContain("--auth");
  expect(servers.get("mongodb-profile")?.command.args).not.toContain("--auth");
  expect(servers.get("profile")?.command.env.MONGO_URL).toBe("mongodb://127.0.0.1:27019");
});

test("a port base shifts every port and keeps its last three digits", async () => {
  const servers = await plan({ portBase: 20_000 });

  const ports = ["frontend", "geo", "memcached-rate", "mongodb-geo"].map(
    (name) => servers.get(name)?.port,
  );
  expect(ports).toEqual([20_000, 20_083, 21_212, 22_018]);
  expect(servers.get("search")?.command.env.GEO_ADDRESS).toBe("127.0.0.1:20083");
});

test("replicas get ports of their own, and callers are told all of them", async () => {
  const servers = await plan({ portBase: 31_000, replicas: new Map([["geo", 3]]) });

  const ports = ["geo", "geo-2", "geo-3"].map((name) => servers.get(name)?.port);
  expect(new Set(ports).size).toBe(3);
  expect(servers.get("search")?.command.env.GEO_ADDRESS).toBe(
    ports.map((port) => `127.0.0.1:${port}`).join(),
  );
  expect(servers.get("search")?.uses).toEqual(expect.arrayContaining(["geo", "geo-2", "geo-3"]));
});

test("with a MongoDB server of somebody else's, every service uses it and none is started", async () => {
  const servers = await plan({ mongoUrl: "mongodb://db.example:27017" });

  expect([...servers.keys()].filter((name) => name.startsWith("mongodb-"))).toEqual([]);
  expect(servers.get("geo")?.command.env.MONGO_URL).toBe("mongodb://db.example:27017");
});

test("a real mongod runs in place of the embedded server, with the same arguments", async () => {
  const servers = await plan({ machine: { ...machine, mongod: "/usr/bin/mongod" } });

  const { program, args } = servers.get("mongodb-geo")?.command ?? {};
  expect(program).toBe("/usr/bin/mongod");
  expect(args?.join(" ")).toMatch(
    /^--port 27018 --bind_ip 127.0.0.1 --dbpath \/data\/mongodb-geo --quiet --auth/,
  );
});

test("replicas of a service that does not exist are refused with the services that do", async () => {
  await expect(plan({ replicas: new Map([["serach", 2]]) })).rejects.toThrow(
    /no RPC service serach.*search/,
  );
});

test("services get the user's settings and nothing else of the user's environment", async () => {
  const environment = {
    PATH: "/bin",
    LOG_LEVEL: "debug",
    OTEL_TRACES_SAMPLER: "always_on",
    AWS_SECRET: "x",
    TLS: "1",
  };
  const servers = await plan({ machine: { ...machine, environment } });

  const env = servers.get("geo")?.command.env;
  expect(env).toMatchObject({
    PATH: "/bin",
    LOG_LEVEL: "debug",
    OTEL_TRACES_SAMPLER: "always_on",
    TLS: "1",
  });
  expect(env).not.toHaveProperty("AWS_SECRET");
  expect(servers.get("memcached-rate")?.command.env).toEqual({ PATH: "/bin" });
});

test.each([
  ["JWT_SECRET", "s3cr3t", ["nginx-thrift", "user-service"]],
  ["MACHINE_ID", "7", ["unique-id-service", "user-service"]],
  ["MEDIA_FRONTEND_URL", "https://media.example.org", ["nginx-thrift"]],
  ["WRK2_API", "closed", ["nginx-thrift"]],
])("of the user's %s those are told who have a use for it", async (name, value, names) => {
  const environment = { ...machine.environment, [name]: value };
  const servers = await planOf(["social"], { machine: { ...machine, environment } });

  const told = [...servers.values()].filter(({ command: { env } }) => env[name] === value);
  expect(told.map((server) => server.name).sort()).toEqual(names);
});

test("replicas that make ids have different parts in them", async () => {
  const replicas = new Map([["unique-id", 3]]);
  const idsOf = async (environment = machine.environment) => {
    const servers = await planOf(["social"], { machine: { ...machine, environment }, replicas });
    const names = ["unique-id-service", "unique-id-service-2", "unique-id-service-3"];
    return names.map((name) => servers.get(name)?.command.env.MACHINE_ID);
  };

  const drawn = await idsOf();
  expect(drawn.every((id) => id !== undefined)).toBe(true);
  expect(new Set(drawn).size).toBe(3);
  expect(await idsOf({ ...machine.environment, MACHINE_ID: "7" })).toEqual(["7", "8", "9"]);
  await expect(idsOf({ ...machine.environment, MACHINE_ID: "x" })).rejects.toThrow("MACHINE_ID");
});

test("social is thirteen services, six databases, two caches and three Redis, by the original's names", async () => {
  const servers = [...(await planOf(["social"])).values()];
  const named = (kind: string) =>
    servers.filter((server) => server.kind === kind).map(({ name }) => name);

  expect(servers).toHaveLength(24);
  expect(named("mongod").sort()).toEqual([
    "media-mongodb",
    "post-storage-mongodb",
    "social-graph-mongodb",
    "url-shorten-mongodb",
    "user-mongodb",
    "user-timeline-mongodb",
  ]);
  expect(named("memcached").sort()).toEqual(["post-storage-memcached", "user-memcached"]);
  expect(named("redis").sort()).toEqual([
    "home-timeline-redis",
    "social-graph-redis",
    "user-timeline-redis",
  ]);
  expect(named("front door")).toEqual(["nginx-thrift", "media-frontend"]);
});

test("services that share a store are told the same, and it is started once", async () => {
  const servers = await planOf(["social"]);

  const told = ["user-service", "user-mention-service"].map(
    (name) => servers.get(name)?.command.env,
  );
  for (const env of told) {
    expect(env).toMatchObject({
      MONGO_URL: "mongodb://127.0.0.1:27035",
      MEMCACHED_ADDRESS: "127.0.0.1:11222",
    });
  }
});

test("services that call each other know each other, and neither waits for the other", async () => {
  const servers = await planOf(["social"]);

  expect(servers.get("user-service")?.command.env.SOCIAL_GRAPH_ADDRESS).toBe("127.0.0.1:10000");
  expect(servers.get("social-graph-service")?.command.env.USER_ADDRESS).toBe("127.0.0.1:10005");
  expect(servers.get("user-service")?.startAfter).not.toContain("social-graph-service");
  expect(servers.get("social-graph-service")?.startAfter).not.toContain("user-service");
  expect(servers.get("nginx-thrift")?.startAfter).toContain("user-service");
});

test("a Redis keeps what it has answered on disk, and refuses rather than forgets", async () => {
  const servers = await planOf(["social"], { portBase: 20_000 });

  const redis = servers.get("home-timeline-redis");
  expect(redis?.port).toBe(23_380);
  expect(redis?.command.args.join(" ")).toContain("--appendonly yes --appendfsync everysec");
  expect(redis?.command.args.join(" ")).toContain("--maxmemory-policy noeviction");
  expect(servers.get("home-timeline-service")?.command.env.REDIS_URL).toBe(
    "redis://127.0.0.1:23380",
  );
});

test("of two applications the later one gives way where both want a port, and callers know", async () => {
  const servers = await planOf(["hotel", "social"], { portBase: 31_000 });
  const moved = [...servers.values()].filter(({ movedFrom }) => movedFrom !== undefined);
  const ports = [...servers.values()].flatMap(({ port, metricsPort = port }) => [
    port,
    metricsPort,
  ]);

  expect(servers.get("profile")?.port).toBe(31_081);
  expect(moved.map(({ name, movedFrom }) => [name, movedFrom])).toEqual([
    ["social-graph-service", 31_000],
    ["media-frontend", 31_081],
  ]);
  expect(new Set(ports).size).toBe(new Set([...servers.keys()]).size + 23);
  const { port } = servers.get("social-graph-service") ?? {};
  expect(servers.get("user-service")?.command.env.SOCIAL_GRAPH_ADDRESS).toBe(`127.0.0.1:${port}`);
});

test("a service may be named by its key or by its host", async () => {
  const byKey = await planOf(["social"], { portBase: 31_000, replicas: new Map([["text", 2]]) });
  const byHost = await planOf(["social"], {
    portBase: 31_000,
    replicas: new Map([["text-service", 2]]),
  });

  expect(byKey.has("text-service-2")).toBe(true);
  expect([...byHost.keys()]).toEqual([...byKey.keys()]);
});
