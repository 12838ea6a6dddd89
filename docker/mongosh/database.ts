import type { Document } from "bson";
import type { BlockingServer } from "./blocking-server.ts";

type Roles = readonly (string | Document)[];

/** The methods of the shell's `db` that administer a server and its users; everything else is `runCommand`. */
export function databaseOf(server: BlockingServer, name: string) {
  const run = (command: string | Document): Document =>
    server.run(name, typeof command === "string" ? { [command]: 1 } : command);
  return {
    getName: () => name,
    getSiblingDB: (other: string) => databaseOf(server, other),
    runCommand: run,
    adminCommand: (command: string | Document) => databaseOf(server, "admin").runCommand(command),
    hello: () => run("hello"),
    serverStatus: () => run("serverStatus"),
    version: (): unknown => run("buildInfo").version,
    shutdownServer: () => run("shutdown"),
    auth(user: string | { readonly user: string; readonly pwd: string }, password = "") {
      const named = typeof user === "string" ? { user, pwd: password } : user;
      server.login({ name: named.user, password: named.pwd, database: name });
      return { ok: 1 };
    },
    createUser: ({ user, ...rest }: Document) => run({ createUser: user, ...rest }),
    updateUser: (user: string, changes: Document) => run({ updateUser: user, ...changes }),
    changeUserPassword: (user: string, pwd: string) => run({ updateUser: user, pwd }),
    dropUser: (user: string) => run({ dropUser: user }),
    getUser: (user: string): unknown => run({ usersInfo: user }).users?.[0] ?? null,
    getUsers: () => run({ usersInfo: 1 }),
    grantRolesToUser: (user: string, roles: Roles) => run({ grantRolesToUser: user, roles }),
    revokeRolesFromUser: (user: string, roles: Roles) => run({ revokeRolesFromUser: user, roles }),
    createRole: ({ role, ...rest }: Document) => run({ createRole: role, ...rest }),
    dropRole: (role: string) => run({ dropRole: role }),
  };
}
