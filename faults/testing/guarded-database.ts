import type { ChildServer } from "@faultline/stores/testing/child-server";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { MongoClient } from "mongodb";
import type { AdminUser, Driver, Server } from "../driver.ts";
import { runAdminCommand } from "../drivers/admin-command.ts";
import { createFakeDriver, type FakeDriver } from "../fake-driver.ts";
import type { Operation } from "../fault.ts";
import { rootUser, serviceUser } from "../mongo-users.ts";
import { shop } from "./shop.ts";

export interface GuardedDatabase {
  readonly operation: Operation;
  /** What else was done to servers. */
  readonly driver: FakeDriver;
  /** The server's code for a query of the service's user on a connection of its own; 0 if it is answered. */
  codeOfQuery(user?: AdminUser): Promise<unknown>;
}

/** A real database server with access control and the original's two users, for the running test. */
export async function startGuardedDatabase(service: string): Promise<GuardedDatabase> {
  const server = await startMongod("--auth");
  const address = { host: "127.0.0.1", port: server.port };
  const signal = AbortSignal.timeout(30_000);
  const admin: Driver["admin"] = (command) => runAdminCommand(command, address, signal);
  await createUsers(admin, service);
  const servers = [service, `memcached-${service}`].map(runningServer);
  const driver = { ...createFakeDriver({ servers }), admin };
  return {
    operation: { driver, topology: shop, signal },
    driver,
    codeOfQuery: (user = serviceUser) => codeOfQuery(server, `${service}-db`, user),
  };
}

function runningServer(name: string): Server {
  return { name, kind: "service", state: "ready", restarts: 0 };
}

async function createUsers(admin: Driver["admin"], service: string): Promise<void> {
  const at = { server: `mongodb-${service}`, database: "admin" };
  const roles = [{ role: "userAdminAnyDatabase", db: "admin" }];
  const signal = AbortSignal.timeout(30_000);
  const { name, password } = serviceUser;
  await admin({ ...at, command: { createUser: name, pwd: password, roles } }, signal);
  const as = serviceUser;
  const root = { createUser: rootUser.name, pwd: rootUser.password, roles };
  await admin({ ...at, command: root, as }, signal);
  for (const user of [serviceUser, rootUser]) {
    const grant = [{ role: "readWrite", db: `${service}-db` }];
    await admin({ ...at, command: { grantRolesToUser: user.name, roles: grant }, as }, signal);
  }
}

async function codeOfQuery(
  server: ChildServer,
  database: string,
  user: AdminUser,
): Promise<unknown> {
  const client = new MongoClient(`mongodb://${server.address}`, {
    auth: { username: user.name, password: user.password },
    directConnection: true,
  });
  try {
    await client.db(database).collection("things").countDocuments();
    return 0;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  } finally {
    await client.close();
  }
}
