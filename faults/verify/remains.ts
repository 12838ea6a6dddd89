import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Driver } from "../driver.ts";
import { FlagFile } from "../flags/flag-file.ts";
import { openInjections } from "../injections.ts";
import { rootUser } from "../mongo-users.ts";
import { placesOf } from "../places.ts";
import { databaseServer, namesOf } from "../topology.ts";
import type { Subject } from "./subject.ts";

/**
 * Everything in which a fault could leave something behind, as texts that are the same before and after: servers,
 * edges, files, flags, injections, users of databases and the databases themselves.
 */
export async function stateOf(
  {
    driver,
    api,
    topology,
    dataDirectory,
  }: Pick<Subject, "driver" | "api" | "topology" | "dataDirectory">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { flags, injections } = placesOf(dataDirectory, driver.project);
  const servers = (await driver.servers(signal)).map(
    ({ name, state, changed, address }): [string, string] => [
      name,
      `${state} at ${address?.port}${changed ? ", changed" : ""}`,
    ],
  );
  const guarded = namesOf(topology, "guarded database");
  const databases = await Promise.all(
    namesOf(topology, "database").map(
      async (service): Promise<[string, string]> => [
        `contents of ${databaseServer(topology, service)}`,
        await contentsOf(databaseServer(topology, service), driver, {
          guarded: guarded.includes(service),
          signal,
        }),
      ],
    ),
  );
  return new Map([
    ...servers,
    ...databases,
    ["edges", JSON.stringify((await api?.get("/api/edges", signal)) ?? "")],
    ["files", filesIn(join(dataDirectory, "files")).join(", ")],
    ["flags", JSON.stringify(new FlagFile(flags).read().flags)],
    [
      "injections",
      openInjections(injections)
        .all()
        .map(({ fault }) => fault)
        .join(", "),
    ],
  ]);
}

/** What is not the same: `geo: ready at 8083 → stopped at 8083`. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...before].flatMap(([name, was]) => {
    const is = after.get(name) ?? "gone";
    return is === was ? [] : [`${name}: ${was} → ${is}`];
  });
}

/** Names of databases and, where there is access control, users with their roles. */
async function contentsOf(
  server: string,
  driver: Driver,
  { guarded, signal }: { guarded: boolean; signal: AbortSignal },
): Promise<string> {
  const admin = (command: Record<string, unknown>) =>
    driver.admin(
      { server, database: "admin", command, ...(guarded ? { as: rootUser } : {}) },
      signal,
    );
  // What an application's users may see: its own two users may not list databases, the others may.
  if (guarded) return namesAndRoles(await admin({ usersInfo: 1 }));
  const { databases } = await admin({ listDatabases: 1, nameOnly: true });
  return Array.isArray(databases)
    ? databases
        .map((database) => String(database.name))
        .sort()
        .join(", ")
    : "";
}

function namesAndRoles({ users }: Readonly<Record<string, unknown>>): string {
  if (!Array.isArray(users)) return "";
  return users
    .map(({ user, roles }) => {
      const granted = roles.map(({ role, db }: Record<string, string>) => `${role}@${db}`).sort();
      return `${user} (${granted.join(" ")})`;
    })
    .sort()
    .join(", ");
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map(String).sort();
}
