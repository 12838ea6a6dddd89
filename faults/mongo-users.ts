import type { AdminUser } from "./driver.ts";
import type { Operation } from "./fault.ts";
import { databaseServer } from "./topology.ts";

/** The two users of a database with access control, as in the original deployment. */
export const serviceUser: AdminUser = { name: "admin", password: "admin" };
export const rootUser: AdminUser = { name: "root", password: "root" };

const userNotFound = 11;
const authenticationFailed = 18;
const userExists = 51_003;

/** A way to the user administration of a service's database. */
export interface UserAdministration {
  /** The service's user may read and write its database, or no longer. A user that is not there stays away. */
  setReadWrite(database: string, may: boolean): Promise<void>;
  setPassword(password: string): Promise<void>;
  drop(): Promise<void>;
  /** The user with its rights, as at first. One that is there stays as it is. */
  create(database: string): Promise<void>;
}

/** Acts as the service's own user where `asService` and that can still log in; else as `root`. */
export function usersOf(
  { driver, topology, signal }: Pick<Operation, "driver" | "topology" | "signal">,
  service: string,
  { asService }: { readonly asService: boolean },
): UserAdministration {
  const server = databaseServer(topology, service);
  const { name } = serviceUser;
  const run = async (command: Record<string, unknown>) => {
    const as = (user: AdminUser) =>
      driver.admin({ server, database: "admin", command, as: user }, signal);
    if (!asService) return as(rootUser);
    try {
      return await as(serviceUser);
    } catch (error) {
      if (codeOf(error) !== authenticationFailed) throw error;
      return as(rootUser);
    }
  };
  const changeRole = (verb: string, database: string) =>
    run({ [verb]: name, roles: [{ role: "readWrite", db: database }] });
  return {
    setReadWrite: (database, may) =>
      unless(userNotFound, changeRole(may ? "grantRolesToUser" : "revokeRolesFromUser", database)),
    setPassword: (password) => unless(userNotFound, run({ updateUser: name, pwd: password })),
    drop: () => unless(userNotFound, run({ dropUser: name })),
    async create(database) {
      const roles = [{ role: "userAdminAnyDatabase", db: "admin" }];
      await unless(userExists, run({ createUser: name, pwd: serviceUser.password, roles }));
      await changeRole("grantRolesToUser", database);
    },
  };
}

/** Work that the server refuses with that code has nothing to do. */
async function unless(code: number, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (codeOf(error) !== code) throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
