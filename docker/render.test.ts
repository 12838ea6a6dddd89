import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { hotel } from "@faultline/hotel/topology";
import type { Service } from "@faultline/service/define-app";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { composeFile } from "./compose/compose-file.ts";
import { variable } from "./compose/variable.ts";
import { renderedFiles } from "./rendered-files.ts";

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly expose?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[]; readonly interval: string };
  readonly [key: string]: unknown;
}

const root = join(import.meta.dirname, "..");
const text = composeFile(hotel);
const file: { services: Record<string, ComposeService>; volumes: Record<string, unknown> } = parse(
  text,
  { version: "1.1", merge: true, maxAliasCount: -1 },
);
const lines: readonly Service[] = Object.values(hotel.services);
const services = Object.entries(file.services);

function serviceNamed(name: string): ComposeService {
  const found = file.services[name];
  if (!found) throw new Error(`compose.yaml has no ${name}`);
  return found;
}

test("every rendered file in the repository is what the topologies give", () => {
  for (const [path, { text: rendered, executable }] of renderedFiles()) {
    expect(readFileSync(join(root, path), "utf8"), path).toBe(rendered);
    expect((statSync(join(root, path)).mode & 0o100) !== 0, path).toBe(executable);
  }
});

test("the file has every service and store of the topology by its name, and two tools", () => {
  const stores = lines.flatMap(({ name, definition: { stores } }) => [
    ...(stores?.mongo ? [`mongodb-${name}`] : []),
    ...(stores?.memcached ? [`memcached-${stores.memcached.name}`] : []),
  ]);
  const wanted = [...lines.map(({ name }) => name), ...stores, "jaeger", "k6"];

  expect(Object.keys(file.services).toSorted()).toEqual(wanted.toSorted());
  expect(Object.keys(file.volumes).toSorted()).toEqual(
    stores.filter((name) => name.startsWith("mongodb-")).toSorted(),
  );
});

test.each(lines.map((line) => [line.name, line.definition] as const))(
  "%s runs by its name, is asked on its port, and is told of its stores and callees",
  (name, { port, http, stores, calls = [] }) => {
    const { command, environment = {}, healthcheck, depends_on } = serviceNamed(name);
    const { mongo, memcached } = stores ?? {};
    const cache = memcached && `memcached-${memcached.name}`;

    expect(command).toEqual([name]);
    expect(healthcheck?.test).toEqual(["CMD", "healthcheck", http ? "http" : "grpc", `${port}`]);
    expect(environment.MONGO_URL).toBe(
      mongo && `mongodb://${mongo.auth ? "admin:admin@" : ""}mongodb-${name}:27017`,
    );
    expect(environment.MEMCACHED_ADDRESS).toBe(cache && `${cache}:11211`);
    for (const callee of calls) {
      const address = `${callee}:${lines.find((line) => line.name === callee)?.definition.port}`;
      expect(Object.values(environment)).toContain(address);
    }
    expect(Object.keys(depends_on ?? {}).toSorted()).toEqual(
      [...(mongo ? [`mongodb-${name}`] : []), ...(cache ? [cache] : []), ...calls].toSorted(),
    );
  },
);

test("databases with access control, and only those, get --auth, users and fault scripts", () => {
  for (const { name, definition } of lines.filter((line) => line.definition.stores?.mongo)) {
    const { command, volumes } = serviceNamed(`mongodb-${name}`);
    const auth = definition.stores?.mongo?.auth ?? false;

    expect(command).toEqual(auth ? ["mongod", "--auth"] : ["mongod"]);
    expect(volumes?.some((volume) => volume.includes(":/scripts:ro"))).toBe(auth);
    expect(volumes).toContain(`mongodb-${name}:/data/db`);
  }
});

test.each(services)(
  "%s is bounded, cannot change its own image, and has no more rights than it needs",
  (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      logging: { options: { "max-size": "10m" } },
    });
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.image).toMatch(/^\$\{[A-Z0-9]+_IMAGE:-[\w./-]+:[\w.-]+\}$/);
    expect(service.image).not.toContain(":latest");
  },
);

test("everything that stays up is restarted, has a health check, and starts after what it needs is healthy", () => {
  for (const [name, service] of services.filter(([name]) => name !== "k6")) {
    expect(service.restart, name).toBe("unless-stopped");
    expect(service.healthcheck?.interval, name).toBe("15s");
    for (const needed of Object.values(service.depends_on ?? {}))
      expect(needed.condition).toBe("service_healthy");
  }
});

test("only the front door and Jaeger's page have a port on this machine, on loopback", () => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));

  expect(published).toEqual([
    ["frontend", `127.0.0.1:${variable("FRONTEND_PORT", "5000")}:5000`],
    ["jaeger", `127.0.0.1:${variable("JAEGER_PORT", "16686")}:16686`],
  ]);
});

test("Jaeger and k6 come by their profiles alone, and nothing waits for them", () => {
  const byProfile = services.filter(([, { profiles }]) => profiles).map(([name]) => name);
  const needed = services.flatMap(([, service]) => Object.keys(service.depends_on ?? {}));

  expect(byProfile).toEqual(["jaeger", "k6"]);
  expect(needed).not.toContain("jaeger");
});

test("the file keeps to keys that docker-compose 1.29 knows", () => {
  const known = new Set(
    "build cap_drop command depends_on environment expose healthcheck hostname image labels logging mem_limit ports profiles read_only restart security_opt tmpfs user volumes".split(
      " ",
    ),
  );

  expect(text).not.toMatch(/^(version|name):/m);
  for (const [name, service] of services) {
    expect(
      Object.keys(service).filter((key) => !known.has(key)),
      name,
    ).toEqual([]);
    expect(service.healthcheck ?? {}).not.toHaveProperty("start_interval");
  }
});
