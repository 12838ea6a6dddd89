import { MongoClient, type MongoClientOptions } from "mongodb";
import { onTestFinished } from "vitest";
import { openLog } from "../log/log.ts";
import { type Server, startServer } from "../server.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import type { Storage } from "../storage.ts";
import type { TlsSettings } from "../tls/settings.ts";

/** A server for tests of access, what it logs, and clients for it. All closed with the test. */
export type AuthServer = {
  readonly server: Server;
  /** The lines of its log so far, parsed. */
  readonly log: { readonly id: number; readonly attr: Record<string, unknown> }[];
  /** A client of the official driver; `login` is `user:password`. */
  client(login?: string, options?: MongoClientOptions): MongoClient;
};

export async function startAuthServer(
  options: { readonly auth?: boolean; readonly storage?: Storage; readonly tls?: TlsSettings } = {},
): Promise<AuthServer> {
  const { auth = true, storage = createMemoryStorage(), ...rest } = options;
  const log: AuthServer["log"] = [];
  const server = await startServer({
    port: 0,
    auth,
    storage,
    log: await openLog({ toLine: (line) => log.push(JSON.parse(line)) }),
    ...rest,
  });
  onTestFinished(() => server.close());
  return {
    server,
    log,
    client(login, clientOptions) {
      const client = new MongoClient(
        `mongodb://${login ? `${login}@` : ""}127.0.0.1:${server.port}/?authSource=admin`,
        {
          directConnection: true,
          serverSelectionTimeoutMS: 20_000,
          maxPoolSize: 1,
          ...clientOptions,
        },
      );
      onTestFinished(() => client.close());
      return client;
    },
  };
}

/** The server of the hotel's contract: users `admin` and `root`, made as its script makes them. */
export async function startHotelServer(db = "geo-db"): Promise<AuthServer> {
  const server = await startAuthServer();
  const local = server.client().db("admin");
  await createAdmin(local);
  const admin = server.client("admin:admin").db("admin");
  const hotelRole = { role: "readWrite", db };
  await admin.command({ grantRolesToUser: "admin", roles: [hotelRole] });
  await admin.command({ createUser: "root", pwd: "root", roles: [userAdminRole] });
  await admin.command({ grantRolesToUser: "root", roles: [hotelRole] });
  return server;
}

export const userAdminRole = { role: "userAdminAnyDatabase", db: "admin" };

export function createAdmin(admin: ReturnType<MongoClient["db"]>) {
  return admin.command({ createUser: "admin", pwd: "admin", roles: [userAdminRole] });
}
