import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Db } from "mongodb";

/** The user a service logs in as where its database has access control; known from the original deployment. */
export const databaseUser: DatabaseUser = { name: "admin", password: "admin" };

const rootUser: DatabaseUser = { name: "root", password: "root" };

/** Present once a database directory has its users; whoever drops them later wanted them dropped. */
const doneFile = "users-created";

const userExists = 51_003;
const unauthorized = 13;

interface DatabaseUser {
  readonly name: string;
  readonly password: string;
}

export interface NewDatabase {
  readonly port: number;
  readonly dbpath: string;
  readonly database: string;
  /** The server speaks TLS: who has signed its certificate, the path of a PEM file. */
  readonly caFile?: string | undefined;
}

/**
 * Gives a new database directory the users of the original, once: `admin` and `root`, who may administer users and
 * read and write `database`. May be repeated after it was cut short. The first user comes by the server's localhost
 * exception, which gives no more than that; so, as in the original, roles in other databases are granted afterwards.
 */
export async function createUsers({ port, dbpath, database, caFile }: NewDatabase): Promise<void> {
  const done = join(dbpath, doneFile);
  if (existsSync(done)) return;

  const server = { port, caFile };
  await asAdmin(server, undefined, (admin) => addUser(admin, databaseUser));
  await asAdmin(server, databaseUser, async (admin) => {
    await addUser(admin, rootUser);
    for (const { name } of [databaseUser, rootUser]) {
      await admin.command({ grantRolesToUser: name, roles: [{ role: "readWrite", db: database }] });
    }
  });
  writeFileSync(done, "");
}

/** Does something in the database `admin`, as that user or as nobody. */
async function asAdmin(
  { port, caFile }: Pick<NewDatabase, "port" | "caFile">,
  user: DatabaseUser | undefined,
  work: (admin: Db) => Promise<void>,
) {
  // Loaded here, as only the very first start needs a driver.
  const { MongoClient } = await import("mongodb");
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`, {
    directConnection: true,
    ...(caFile ? { tls: true, tlsCAFile: caFile } : {}),
    ...(user ? { auth: { username: user.name, password: user.password } } : {}),
  });
  try {
    await work(client.db("admin"));
  } finally {
    await client.close();
  }
}

/** Without the localhost exception (there is a user already) the answer is that it is there, or unauthorized. */
async function addUser(admin: Db, { name, password }: DatabaseUser): Promise<void> {
  const roles = [{ role: "userAdminAnyDatabase", db: "admin" }];
  try {
    await admin.command({ createUser: name, pwd: password, roles });
  } catch (error) {
    if (!isCode(error, userExists) && !isCode(error, unauthorized)) throw error;
  }
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
