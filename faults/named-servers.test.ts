import { expect, test } from "vitest";
import { factsFor } from "./facts-for.ts";
import { type Fault, isFor, valuesOf } from "./fault.ts";
import { topologies } from "./generate.ts";
import { faults } from "./index.ts";
import type { Parameter } from "./parameters.ts";
import { namesOf, type Topology } from "./topology.ts";

const cases = topologies.flatMap((topology) =>
  faults.map((fault) => [topology.name, fault.name, topology, fault] as const),
);

test.each(cases)(
  "in %s, %s names servers that exist, whatever its target is",
  (_app, _name, topology, fault) => {
    const servers = namesOf(topology, "server");

    for (const given of targetsIn(topology, fault)) {
      const facts = factsFor(fault, valuesOf(fault, given, topology), topology);

      const { localisation, mitigation, signs } = facts;
      const named = [
        ...localisation,
        ...mitigation.flatMap((step) => typedServers(step, topology.name)),
        signs?.log?.server ?? [],
      ];
      expect(named.flat().filter((name) => !servers.includes(name))).toEqual([]);
      const text = JSON.stringify(facts).replaceAll(/\{[\w-]+:port\}/g, "");
      expect(text).not.toMatch(/\{\w+\}/);
    }
  },
);

/** Every name that the first of a fault's names may be. */
function targetsIn(topology: Topology, fault: Fault): readonly Record<string, string>[] {
  const parameters = Object.entries(fault.parameters as Record<string, Parameter>);
  const [first] = parameters.flatMap(([name, one]) =>
    one.kind === "name" ? [{ name, of: one.of }] : [],
  );
  const all = first ? namesOf(topology, first.of).map((name) => ({ [first.name]: name })) : [{}];
  return all.filter((given) => isFor(fault, topology, given));
}

/** The servers in a step that is typed; all of it where it is not for that application. */
function typedServers(step: string, app: string): readonly string[] {
  const [, command] = step.split("$ npm run server -- ");
  if (command === undefined) return [];
  const [option, whose, , ...servers] = command.split(" ");
  return option === "--app" && whose === app ? servers : [command];
}

test("caches and databases are called as the application calls them", () => {
  const [hotel, social] = topologies;
  const where = (name: string, topology: Topology | undefined, given: Record<string, string>) => {
    const fault = faults.find((one) => one.name === name);
    if (!fault || !topology) throw new Error(`there is no ${name}`);
    return factsFor(fault, valuesOf(fault, given, topology), topology);
  };

  expect(where("cache-down", hotel, { service: "reservation" }).mitigation).toEqual([
    "$ npm run server -- --app hotel start memcached-reserve",
  ]);
  expect(where("cache-slow", social, { service: "user-mention-service" }).localisation).toEqual([
    "user-memcached",
    "user-mention-service",
  ]);
  expect(where("db-slow", social, { service: "post-storage-service" }).localisation).toEqual([
    "post-storage-mongodb",
    "post-storage-service",
  ]);
  const rotated = where("redis-password-rotation", social, { server: "user-timeline-redis" });
  expect(rotated.localisation).toEqual(["user-timeline-redis", "user-timeline-service"]);
  expect(rotated.signs?.log?.server).toBe("user-timeline-service");
  expect(where("redis-memory-full", social, { server: "social-graph-redis" }).signs?.service).toBe(
    "social-graph-service",
  );
});
