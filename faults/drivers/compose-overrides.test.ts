import { expect, test } from "vitest";
import { shop } from "../testing/shop.ts";
import { overrideFile } from "./compose-overrides.ts";
import { type Container, containersOf } from "./containers.ts";

function container(service: string, kind: Container["kind"]): Container {
  return {
    ...{ id: "1", pid: 1, service, name: service, kind, state: "ready", restarts: 0 },
    ...{ command: [service], addresses: {}, files: [] },
  };
}

const settings = { topology: shop, plannedCommand: ["mongod", "--auth"] };

test("arguments follow the planned command, and a port is told as each kind of server is told", () => {
  const args = ["--tlsMode", "requireTLS"];

  expect(overrideFile(container("mongodb-geo", "mongod"), { args, port: 7 }, settings)).toEqual({
    "x-planned-command": ["mongod", "--auth"],
    services: {
      "mongodb-geo": { command: ["mongod", "--auth", "--port", "7", "--tlsMode", "requireTLS"] },
    },
  });
  expect(
    overrideFile(
      container("geo", "service"),
      { port: 7 },
      { topology: shop, plannedCommand: ["geo"] },
    ).services,
  ).toEqual({ geo: { command: ["geo"], environment: { PORT: "7" } } });
});

test("another program is a service's name, another build a path below the application", () => {
  const profile = container("profile", "service");
  const commandOf = (program: string) =>
    overrideFile(profile, { program }, settings).services.profile;

  expect(commandOf("geo")).toEqual({ command: ["shop/geo"] });
  expect(commandOf("geo/builds/app3")).toEqual({ command: ["shop/geo/builds/app3"] });
});

test("another program finds its own stores, and not those of the service that it stands in for", () => {
  const addresses = { MONGO_URL: "mongodb://mongodb-geo:27017" };
  const told = { ...settings, addresses };

  expect(
    overrideFile(container("profile", "service"), { program: "geo" }, told).services.profile,
  ).toEqual({ command: ["shop/geo"], environment: addresses });
});

test("a server sees its files, and a variable that is taken away is empty", () => {
  const overrides = { env: { A: "1", B: null } };
  const withFiles = { topology: shop, plannedCommand: ["geo"], filesFolder: "/data/files/geo" };

  expect(overrideFile(container("geo", "service"), overrides, withFiles).services.geo).toEqual({
    command: ["geo"],
    environment: { A: "1", B: "" },
    volumes: ["/data/files/geo:/files:ro"],
  });
});

/** What the engine tells of a container. */
function inspected(
  service: string,
  number: number,
  state: object,
  { files = "compose.yaml,compose.tls.yaml", command = [service] } = {},
) {
  return {
    ...{
      Id: `${service}${number}`,
      RestartCount: 2,
      State: { Pid: 9, StartedAt: "1970-01-01T00:00:01Z", ...state },
    },
    Config: {
      Cmd: command,
      Env: ["PATH=/bin", "MONGO_URL=mongodb://x"],
      Labels: {
        "com.docker.compose.service": service,
        "com.docker.compose.container-number": `${number}`,
        "com.docker.compose.project.config_files": files,
        "com.docker.compose.project.working_dir": "/shop",
      },
    },
    NetworkSettings: { Networks: { shop_default: { IPAddress: "172.1.0.9" } } },
  };
}

test("containers are read as the engine tells of them: replicas, states, changes, addresses", () => {
  const health = (Status: string) => ({ Status: "running", Health: { Status } });

  const containers = containersOf(
    JSON.stringify([
      inspected("geo", 2, health("starting")),
      inspected("geo", 1, health("healthy"), { files: "compose.yaml,/data/changed-geo.json" }),
      inspected("mongodb-geo", 1, { Status: "exited", Pid: 0 }),
      inspected("door", 1, { Status: "paused" }),
      inspected("certificates", 1, { Status: "exited", Pid: 0 }),
    ]),
    shop,
  );

  expect(containers).toMatchObject([
    {
      ...{ name: "door", kind: "front door", state: "paused", address: { port: 5_000 } },
      addresses: { MONGO_URL: "mongodb://x" },
      files: ["/shop/compose.yaml", "/shop/compose.tls.yaml"],
    },
    {
      name: "geo",
      kind: "service",
      state: "ready",
      changed: true,
      files: ["/shop/compose.yaml"],
      startedAtMs: 1_000,
      restarts: 2,
    },
    {
      name: "geo-2",
      state: "starting",
      changed: false,
      address: { host: "172.1.0.9", port: 8_001 },
    },
    { name: "mongodb-geo", kind: "mongod", state: "stopped", startedAtMs: undefined },
  ]);
});

test.each([
  [["mongod", "--tlsMode", "requireTLS"], true],
  [["mongod", "--tlsMode", "preferTLS"], true],
  [["mongod", "--tlsMode", "disabled"], false],
  [["mongod"], false],
  [["redis-server", "--port", "0", "--tls-port", "6379"], true],
])("by its command %j it is known whether a store speaks TLS", (command, tls) => {
  const running = inspected("mongodb-geo", 1, { Status: "running" }, { command });

  const [container] = containersOf(JSON.stringify([running]), shop);

  expect(container?.address).toMatchObject({ tls });
});
