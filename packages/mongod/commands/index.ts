import { aggregate } from "./aggregate.ts";
import { authenticate } from "./authenticate.ts";
import { buildInfo } from "./build-info.ts";
import { collMod } from "./coll-mod.ts";
import { collStats } from "./coll-stats.ts";
import type { Command } from "./command.ts";
import { commitTransaction } from "./commit-transaction.ts";
import { connPoolStats } from "./conn-pool-stats.ts";
import { connectionStatus } from "./connection-status.ts";
import { count } from "./count.ts";
import { create } from "./create.ts";
import { createIndexes } from "./create-indexes.ts";
import { createRole } from "./create-role.ts";
import { createUser } from "./create-user.ts";
import { currentOp } from "./current-op.ts";
import { dataSize } from "./data-size.ts";
import { dbStats } from "./db-stats.ts";
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
import { fsync } from "./fsync.ts";
import { getCmdLineOpts } from "./get-cmd-line-opts.ts";
import { getDefaultRWConcern } from "./get-default-rw-concern.ts";
import { getLog } from "./get-log.ts";
import { getMore } from "./get-more.ts";
import { getParameter } from "./get-parameter.ts";
import { grantPrivilegesToRole } from "./grant-privileges-to-role.ts";
import { grantRolesToRole } from "./grant-roles-to-role.ts";
import { grantRolesToUser } from "./grant-roles-to-user.ts";
import { hello } from "./hello.ts";
import { hostInfo } from "./host-info.ts";
import { insert } from "./insert.ts";
import { killCursors } from "./kill-cursors.ts";
import { killOp } from "./kill-op.ts";
import { listCollections } from "./list-collections.ts";
import { listCommands } from "./list-commands.ts";
import { listDatabases } from "./list-databases.ts";
import { listIndexes } from "./list-indexes.ts";
import { logRotate } from "./log-rotate.ts";
import { logout } from "./logout.ts";
import { ping } from "./ping.ts";
import { profile } from "./profile.ts";
import { refreshSessions } from "./refresh-sessions.ts";
import { renameCollection } from "./rename-collection.ts";
import { replSetGetStatus } from "./repl-set-get-status.ts";
import { revokePrivilegesFromRole } from "./revoke-privileges-from-role.ts";
import { revokeRolesFromRole } from "./revoke-roles-from-role.ts";
import { revokeRolesFromUser } from "./revoke-roles-from-user.ts";
import { rolesInfo } from "./roles-info.ts";
import { saslContinue } from "./sasl-continue.ts";
import { saslStart } from "./sasl-start.ts";
import { serverStatus } from "./server-status.ts";
import { setParameter } from "./set-parameter.ts";
import { shutdown } from "./shutdown.ts";
import { startSession } from "./start-session.ts";
import { top } from "./top.ts";
import { update } from "./update.ts";
import { updateRole } from "./update-role.ts";
import { updateUser } from "./update-user.ts";
import { usersInfo } from "./users-info.ts";
import { validate } from "./validate.ts";
import { whatsmyuri } from "./whatsmyuri.ts";

/** Every command of the server, by the name that clients send. */
export const commands: Readonly<Record<string, Command>> = {
  abortTransaction: commitTransaction,
  aggregate,
  authenticate,
  buildInfo,
  collMod,
  collStats,
  commitTransaction,
  connectionStatus,
  connPoolStats,
  count,
  create,
  createIndexes,
  createRole,
  createUser,
  currentOp,
  dataSize,
  dbStats,
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
  fsync,
  getCmdLineOpts,
  getDefaultRWConcern,
  getLog,
  getMore,
  getParameter,
  grantPrivilegesToRole,
  grantRolesToRole,
  grantRolesToUser,
  hello,
  hostInfo,
  insert,
  isMaster: hello,
  killAllSessions: endSessions,
  killCursors,
  killOp,
  killSessions: endSessions,
  listCollections,
  listCommands,
  listDatabases,
  listIndexes,
  logout,
  logRotate,
  ping,
  profile,
  refreshSessions,
  renameCollection,
  replSetGetStatus,
  revokePrivilegesFromRole,
  revokeRolesFromRole,
  revokeRolesFromUser,
  rolesInfo,
  saslContinue,
  saslStart,
  serverStatus,
  setParameter,
  shutdown,
  startSession,
  top,
  update,
  updateRole,
  updateUser,
  usersInfo,
  validate,
  whatsmyuri,
};

/** Other names of the same commands, from older drivers. */
const aliases: Readonly<Record<string, string>> = {
  buildinfo: "buildInfo",
  collstats: "collStats",
  dbstats: "dbStats",
  deleteIndexes: "dropIndexes",
  findandmodify: "findAndModify",
  ismaster: "isMaster",
};

/** The command of that name, or undefined: names are case-sensitive, as MongoDB's are. */
export function findCommand(name: string): Command | undefined {
  const known = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
  return Object.hasOwn(commands, known) ? commands[known] : undefined;
}
