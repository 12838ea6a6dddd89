import { aggregate } from "./aggregate.ts";
import { authenticate } from "./authenticate.ts";
import { buildInfo } from "./build-info.ts";
import { collStats } from "./coll-stats.ts";
import type { Command } from "./command.ts";
import { connectionStatus } from "./connection-status.ts";
import { count } from "./count.ts";
import { create } from "./create.ts";
import { createIndexes } from "./create-indexes.ts";
import { createRole } from "./create-role.ts";
import { createUser } from "./create-user.ts";
import { currentOp } from "./current-op.ts";
import { deleteCommand } from "./delete.ts";
import { distinct } from "./distinct.ts";
import { drop } from "./drop.ts";
import { dropAllRolesFromDatabase } from "./drop-all-roles-from-database.ts";
import { dropAllUsersFromDatabase } from "./drop-all-users-from-database.ts";
import { dropDatabase } from "./drop-database.ts";
import { dropIndexes } from "./drop-indexes.ts";
import { dropRole } from "./drop-role.ts";
import { dropUser } from "./drop-user.ts";
import { endSessions } from "./end-sessions.ts";
import { explain } from "./explain.ts";
import { find } from "./find.ts";
import { findAndModify } from "./find-and-modify.ts";
import { getMore } from "./get-more.ts";
import { grantPrivilegesToRole } from "./grant-privileges-to-role.ts";
import { grantRolesToRole } from "./grant-roles-to-role.ts";
import { grantRolesToUser } from "./grant-roles-to-user.ts";
import { hello } from "./hello.ts";
import { insert } from "./insert.ts";
import { killCursors } from "./kill-cursors.ts";
import { listCollections } from "./list-collections.ts";
import { listDatabases } from "./list-databases.ts";
import { listIndexes } from "./list-indexes.ts";
import { logout } from "./logout.ts";
import { ping } from "./ping.ts";
import { revokePrivilegesFromRole } from "./revoke-privileges-from-role.ts";
import { revokeRolesFromRole } from "./revoke-roles-from-role.ts";
import { revokeRolesFromUser } from "./revoke-roles-from-user.ts";
import { rolesInfo } from "./roles-info.ts";
import { saslContinue } from "./sasl-continue.ts";
import { saslStart } from "./sasl-start.ts";
import { update } from "./update.ts";
import { updateRole } from "./update-role.ts";
import { updateUser } from "./update-user.ts";
import { usersInfo } from "./users-info.ts";

/** Every command of the server, by the name that clients send. */
export const commands: Readonly<Record<string, Command>> = {
  aggregate,
  authenticate,
  buildInfo,
  collStats,
  connectionStatus,
  count,
  create,
  createIndexes,
  createRole,
  createUser,
  currentOp,
  delete: deleteCommand,
  distinct,
  drop,
  dropAllRolesFromDatabase,
  dropAllUsersFromDatabase,
  dropDatabase,
  dropIndexes,
  dropRole,
  dropUser,
  endSessions,
  explain,
  find,
  findAndModify,
  getMore,
  grantPrivilegesToRole,
  grantRolesToRole,
  grantRolesToUser,
  hello,
  insert,
  isMaster: hello,
  killCursors,
  listCollections,
  listDatabases,
  listIndexes,
  logout,
  ping,
  revokePrivilegesFromRole,
  revokeRolesFromRole,
  revokeRolesFromUser,
  rolesInfo,
  saslContinue,
  saslStart,
  update,
  updateRole,
  updateUser,
  usersInfo,
};

/** Other names of the same commands, from older drivers. */
const aliases: Readonly<Record<string, string>> = {
  buildinfo: "buildInfo",
  collstats: "collStats",
  deleteIndexes: "dropIndexes",
  findandmodify: "findAndModify",
  ismaster: "isMaster",
};

/** The command of that name, or undefined: names are case-sensitive, as MongoDB's are. */
export function findCommand(name: string): Command | undefined {
  const known = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
  return Object.hasOwn(commands, known) ? commands[known] : undefined;
}
