import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { apps } from "@faultline/launcher/apps";
import { isCircular } from "@faultline/service/call-order";
import {
  cacheServer,
  containerPort,
  databaseServer,
  frontDoorOf,
  protocolOf,
  redisServer,
  type Service,
} from "@faultline/service/define-app";
import { describe, expect, test } from "vitest";
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
  readonly cap_add?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[]; readonly interval: string };
  readonly [key: string]: unknown;
}

const root = join(import.meta.dirname, "..");

/** The servers that a service keeps its data in, by kind. */
function storesOf({ name, definition: { stores = {} } }: Service) {
  return {
    mongo: stores.mongo && databaseServer(name, stores.mongo),
    memcached: stores.memcached && cacheServer(stores.memcached),
    redis: stores.redis && redisServer(stores.redis),
  };
}

function present(names: readonly (string | undefined)[]): string[] {
  return names.flatMap((name) => name ?? []);
}

test("every rendered file in the repository is what the topologies give", () => {
  for (const [path, { text: rendered, executable }] of renderedFiles()) {
    expect(readFileSync(join(root, path), "utf8"), path).toBe(rendered);
    expect((statSync(join(root, path)).mode & 0o100) !== 0, path).toBe(executable);
  }
});

const doors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  hotel: [
    ["frontend", `127.0.0.1:${variable("FRONTEND_PORT", "5000")}:5000`],
    ["jaeger", `127.0.0.1:${variable("JAEGER_PORT", "16686")}:16686`],
  ],
  social: [
    ["nginx-thrift", `127.0.0.1:${variable("NGINX_THRIFT_PORT", "8080")}:8080`],
    ["media-frontend", `127.0.0.1:${variable("MEDIA_FRONTEND_PORT", "8081")}:8080`],
    ["jaeger", `127.0.0.1:${variable("JAEGER_PORT", "16686")}:16686`],
  ],
};

describe.each(Object.values(apps))("$title", ({ app }) => {
  const text = composeFile(app);
  const file: { services: Record<string, ComposeService>; volumes: Record<string, unknown> } =
    parse(text, { version: "1.1", merge: true, maxAliasCount: -1 });
  const lines: readonly Service[] = Object.values(app.services);
  const services = Object.entries(file.services);

  function serviceNamed(name: string): ComposeService {
    const found = file.services[name];
    if (!found) throw new Error(`the file has no ${name}`);
    return found;
  }

  test("the file has every service and store of the topology by its name, and two tools", () => {
    const stores = lines.map(storesOf);
    const wanted = [
      ...lines.map(({ host }) => host),
      ...new Set(present(stores.flatMap((store) => Object.values(store)))),
      ...["jaeger", "k6"],
    ];
    const kept = new Set(present(stores.flatMap(({ mongo, redis }) => [mongo, redis])));

    expect(Object.keys(file.services).toSorted()).toEqual(wanted.toSorted());
    expect(Object.keys(file.volumes).toSorted()).toEqual([...kept].toSorted());
  });

  test("every service sees the flags of its own application", () => {
    for (const { host } of lines) {
      const { volumes = [] } = serviceNamed(host);
      const flags = volumes.filter((volume) => volume.endsWith(":/flags:ro"));
      expect(flags).toEqual([`./.faultline/compose-${app.name}:/flags:ro`]);
    }
  });

  test.each(lines.map((line) => [line.host, line] as const))(
    "%s runs by its name, is asked on its port, and is told of its stores and callees",
    (host, line) => {
      const { command, environment = {}, healthcheck, depends_on } = serviceNamed(host);
      const { mongo, memcached, redis } = storesOf(line);
      const { calls = [], stores } = line.definition;
      const login = stores?.mongo?.auth ? "admin:admin@" : "";
      const callees = calls.flatMap((callee) => lines.filter(({ name }) => name === callee));
      const earlier = callees.filter(({ name }) => !isCircular(app, line.name, name));

      expect(command).toEqual([`${app.name}/${line.name}`]);
      expect(healthcheck?.test.slice(2)).toEqual([
        protocolOf(line.definition),
        `${containerPort(line.definition)}`,
      ]);
      expect(environment.MONGO_URL).toBe(mongo && `mongodb://${login}${mongo}:27017`);
      expect(environment.MEMCACHED_ADDRESS).toBe(memcached && `${memcached}:11211`);
      expect(environment.REDIS_URL).toBe(redis && `redis://${redis}:6379`);
      expect("JWT_SECRET" in environment).toBe(line.definition.tokens ?? false);
      expect("MACHINE_ID" in environment).toBe(line.definition.ids ?? false);
      expect("WRK2_API" in environment).toBe(line.host === "nginx-thrift");
      for (const callee of callees) {
        const address = `${callee.host}:${containerPort(callee.definition)}`;
        expect(Object.values(environment)).toContain(address);
      }
      expect(Object.keys(depends_on ?? {}).toSorted()).toEqual(
        present([mongo, memcached, redis, ...earlier.map((callee) => callee.host)]).toSorted(),
      );
    },
  );

  test("databases with access control, and only those, get --auth, users and fault scripts", () => {
    for (const line of lines.filter(({ definition }) => definition.stores?.mongo)) {
      const server = storesOf(line).mongo ?? "";
      const { command, volumes } = serviceNamed(server);
      const auth = line.definition.stores?.mongo?.auth ?? false;

      expect(command).toEqual(auth ? ["mongod", "--auth"] : ["mongod"]);
      expect(volumes?.some((volume) => volume.includes(":/scripts:ro"))).toBe(auth);
      expect(volumes).toContain(`${server}:/data/db`);
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

  test("only front doors and Jaeger's page have a port on this machine, on loopback", () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );

    expect(published).toEqual(doors[app.name]);
  });

  test("Jaeger and k6 come by their profiles alone, and nothing waits for them", () => {
    const byProfile = services.filter(([, { profiles }]) => profiles).map(([name]) => name);
    const needed = services.flatMap(([, service]) => Object.keys(service.depends_on ?? {}));

    expect(byProfile).toEqual(["jaeger", "k6"]);
    expect(needed).not.toContain("jaeger");
  });

  test("a Redis keeps what it answered on disk, and refuses rather than forgets", () => {
    for (const server of present(lines.map((line) => storesOf(line).redis))) {
      const { command, volumes, cap_add } = serviceNamed(server);

      expect(command?.join(" ")).toMatch(
        /^redis-server --protected-mode no --appendonly yes .*noeviction$/,
      );
      expect(volumes).toEqual([`${server}:/data`]);
      // All of what the official image does as root: it may look into its user's directories, too.
      expect(cap_add?.toSorted()).toEqual(["CHOWN", "DAC_READ_SEARCH", "SETGID", "SETUID"]);
    }
  });

  test("a load knows of the data what its own script takes for granted, and pictures are where this machine has them", () => {
    const door = serviceNamed(frontDoorOf(app).host);

    expect(serviceNamed("k6").environment?.BASE).toBe(variable("BASE", ""));
    for (const [name, { ports }] of services) {
      if (name !== "media-frontend") continue;
      expect(door.environment?.MEDIA_FRONTEND_URL).toBe(
        `http://${ports?.[0]?.replace(/:\d+$/, "")}`,
      );
    }
  });

  test("the file keeps to keys that docker-compose 1.29 knows", () => {
    const known = new Set(
      "build cap_add cap_drop command depends_on environment expose healthcheck hostname image labels logging mem_limit ports profiles read_only restart security_opt tmpfs user volumes".split(
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
});

test("on top of Social Network's file, all its stores speak TLS, and only they have their key", () => {
  const text = renderedFiles().get("compose.social.tls.yaml")?.text ?? "";
  const { services }: { services: Record<string, ComposeService> } = parse(text);
  const own: { services: Record<string, ComposeService> } = parse(
    renderedFiles().get("compose.social.yaml")?.text ?? "",
    { version: "1.1", merge: true, maxAliasCount: -1 },
  );
  const { certificates, ...others } = services;
  const withKey = Object.entries(others).filter(([, { volumes }]) =>
    volumes?.some((volume) => volume.startsWith("tls-stores:")),
  );
  const stores = Object.keys(own.services).filter((name) => /-(mongodb|redis)$/.test(name));

  expect(certificates?.command).toEqual(["certificates", "social"]);
  expect(withKey.map(([name]) => name).toSorted()).toEqual(stores.toSorted());
  for (const [name, { environment }] of Object.entries(own.services)) {
    const { MONGO_URL = "", REDIS_URL = "" } = services[name]?.environment ?? {};
    if (environment?.MONGO_URL)
      expect(MONGO_URL).toBe(
        `${environment.MONGO_URL}/?tls=true&tlsCAFile=%2Ftls%2Ftrust%2Fca.pem`,
      );
    if (environment?.REDIS_URL)
      expect(REDIS_URL).toBe(environment.REDIS_URL.replace("redis:", "rediss:"));
  }
});

test("on top of Social Network's file, its services speak TLS to each other, and only they have their key", () => {
  const text = renderedFiles().get("compose.social.tls.yaml")?.text ?? "";
  const { services }: { services: Record<string, ComposeService> } = parse(text);
  const { certificates: _, ...others } = services;
  const named = (is: (service: ComposeService) => boolean | undefined) =>
    Object.entries(others).flatMap(([name, service]) => (is(service) ? [name] : []));
  const withKey = named(({ volumes }) =>
    volumes?.some((volume) => volume.startsWith("tls-services:")),
  );
  const told = named(({ environment }) => environment?.RPC_TLS_DIRECTORY === "/tls/services");

  expect(told).toHaveLength(12);
  expect(told).toEqual(expect.arrayContaining(["nginx-thrift", "unique-id-service"]));
  expect(withKey).toEqual(told);
});
