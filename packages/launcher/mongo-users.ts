import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The user a service logs in as where its database has access control; known from the original deployment. */
export const databaseUser = { name: "admin", password: "admin" };

const users = [databaseUser, { name: "root", password: "root" }];

/** Present once a database directory has its users; whoever drops them later wanted them dropped. */
const doneFile = "users-created";

const userExists = 51_003;

export interface NewDatabase {
  readonly port: number;
  readonly dbpath: string;
  readonly database: string;
}

/**
 * Gives a new database directory the users of the original, once: `admin` and `root`, who may administer users and
 * read and write `database`. The first comes by the server's localhost exception and creates the other. May be
 * repeated after it was cut short.
 */
export async function createUsers({ port, dbpath, database }: NewDatabase): Promise<void> {
  const done = join(dbpath, doneFile);
  if (existsSync(done)) return;

  // Loaded here, as only the very first start needs a driver.
  const { MongoClient, MongoServerError } = await import("mongodb");
  const roles = [
    { role: "userAdminAnyDatabase", db: "admin" },
    { role: "readWrite", db: database },
  ];
  for (const [index, { name, password }] of users.entries()) {
    const auth =
      index === 0 ? {} : { auth: { username: databaseUser.name, password: databaseUser.password } };
    const client = new MongoClient(`mongodb://127.0.0.1:${port}`, {
      directConnection: true,
      ...auth,
    });
    try {
      await client.db("admin").command({ createUser: name, pwd: password, roles });
    } catch (error) {
      if (!(error instanceof MongoServerError && error.code === userExists)) throw error;
    } finally {
      await client.close();
    }
  }
  writeFileSync(done, "");
}
