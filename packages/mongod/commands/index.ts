import type { Command } from "./command.ts";

/**
 * Every command of the server, by the name that clients send. A command is loaded when it is
 * first sent, as a server that has just started needs few of them.
 */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  abortTransaction: async () => (await import("./commit-transaction.ts")).commitTransaction,
  aggregate: async () => (await import("./aggregate.ts")).aggregate,
  authenticate: async () => (await import("./authenticate.ts")).authenticate,
  buildInfo: async () => (await import("./build-info.ts")).buildInfo,
  collMod: async () => (await import("./coll-mod.ts")).collMod,
  collStats: async () => (await import("./coll-stats.ts")).collStats,
  commitTransaction: async () => (await import("./commit-transaction.ts")).commitTransaction,
  connectionStatus: async () => (await import("./connection-status.ts")).connectionStatus,
  connPoolStats: async () => (await import("./conn-pool-stats.ts")).connPoolStats,
  count: async () => (await import("./count.ts")).count,
  create: async () => (await import("./create.ts")).create,
  createIndexes: async () => (await import("./create-indexes.ts")).createIndexes,
  createRole: async () => (await import("./create-role.ts")).createRole,
  createUser: async () => (await import("./create-user.ts")).createUser,
  currentOp: async () => (await import("./current-op.ts")).currentOp,
  dataSize: async () => (await import("./data-size.ts")).dataSize,
  dbStats: async () => (await import("./db-stats.ts")).dbStats,
  delete: async () => (await import("./delete.ts")).deleteCommand,
  distinct: async () => (await import("./distinct.ts")).distinct,
  drop: async () => (await import("./drop.ts")).drop,
  dropAllRolesFromDatabase: async () =>
    (await import("./drop-all-roles-from-database.ts")).dropAllRolesFromDatabase,
  dropAllUsersFromDatabase: async () =>
    (await import("./drop-all-users-from-database.ts")).dropAllUsersFromDatabase,
  dropDatabase: async () => (await import("./drop-database.ts")).dropDatabase,
  dropIndexes: async () => (await import("./drop-indexes.ts")).dropIndexes,
  dropRole: async () => (await import("./drop-role.ts")).dropRole,
  dropUser: async () => (await import("./drop-user.ts")).dropUser,
  endSessions: async () => (await import("./end-sessions.ts")).endSessions,
  explain: async () => (await import("./explain.ts")).explain,
  find: async () => (await import("./find.ts")).find,
  findAndModify: async () => (await import("./find-and-modify.ts")).findAndModify,
  fsync: async () => (await import("./fsync.ts")).fsync,
  getCmdLineOpts: async () => (await import("./get-cmd-line-opts.ts")).getCmdLineOpts,
  getDefaultRWConcern: async () =>
    (await import("./get-default-rw-concern.ts")).getDefaultRWConcern,
  getLog: async () => (await import("./get-log.ts")).getLog,
  getMore: async () => (await import("./get-more.ts")).getMore,
  getParameter: async () => (await import("./get-parameter.ts")).getParameter,
  grantPrivilegesToRole: async () =>
    (await import("./grant-privileges-to-role.ts")).grantPrivilegesToRole,
  grantRolesToRole: async () => (await import("./grant-roles-to-role.ts")).grantRolesToRole,
  grantRolesToUser: async () => (await import("./grant-roles-to-user.ts")).grantRolesToUser,
  hello: async () => (await import("./hello.ts")).hello,
  hostInfo: async () => (await import("./host-info.ts")).hostInfo,
  insert: async () => (await import("./insert.ts")).insert,
  isMaster: async () => (await import("./hello.ts")).hello,
  killAllSessions: async () => (await import("./end-sessions.ts")).endSessions,
  killCursors: async () => (await import("./kill-cursors.ts")).killCursors,
  killOp: async () => (await import("./kill-op.ts")).killOp,
  killSessions: async () => (await import("./end-sessions.ts")).endSessions,
  listCollections: async () => (await import("./list-collections.ts")).listCollections,
  listCommands: async () => (await import("./list-commands.ts")).listCommands,
  listDatabases: async () => (await import("./list-databases.ts")).listDatabases,
  listIndexes: async () => (await import("./list-indexes.ts")).listIndexes,
  logout: async () => (await import("./logout.ts")).logout,
  logRotate: async () => (await import("./log-rotate.ts")).logRotate,
  ping: async () => (await import("./ping.ts")).ping,
  profile: async () => (await import("./profile.ts")).profile,
  refreshSessions: async () => (await import("./refresh-sessions.ts")).refreshSessions,
  renameCollection: async () => (await import("./rename-collection.ts")).renameCollection,
  replSetGetStatus: async () => (await import("./repl-set-get-status.ts")).replSetGetStatus,
  revokePrivilegesFromRole: async () =>
    (await import("./revoke-privileges-from-role.ts")).revokePrivilegesFromRole,
  revokeRolesFromRole: async () =>
    (await import("./revoke-roles-from-role.ts")).revokeRolesFromRole,
  revokeRolesFromUser: async () =>
    (await import("./revoke-roles-from-user.ts")).revokeRolesFromUser,
  rolesInfo: async () => (await import("./roles-info.ts")).rolesInfo,
  saslContinue: async () => (await import("./sasl-continue.ts")).saslContinue,
  saslStart: async () => (await import("./sasl-start.ts")).saslStart,
  serverStatus: async () => (await import("./server-status.ts")).serverStatus,
  setParameter: async () => (await import("./set-parameter.ts")).setParameter,
  shutdown: async () => (await import("./shutdown.ts")).shutdown,
  startSession: async () => (await import("./start-session.ts")).startSession,
  top: async () => (await import("./top.ts")).top,
  update: async () => (await import("./update.ts")).update,
  updateRole: async () => (await import("./update-role.ts")).updateRole,
  updateUser: async () => (await import("./update-user.ts")).updateUser,
  usersInfo: async () => (await import("./users-info.ts")).usersInfo,
  validate: async () => (await import("./validate.ts")).validate,
  whatsmyuri: async () => (await import("./whatsmyuri.ts")).whatsmyuri,
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

const loaded = new Map<string, Command>();

/** The command of that name, or undefined: names are case-sensitive, as MongoDB's are. */
export function findCommand(name: string): Command | Promise<Command> | undefined {
  const known = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
  return loaded.get(known) ?? (Object.hasOwn(commands, known) ? load(known) : undefined);
}

async function load(name: string): Promise<Command> {
  const command = await commands[name]?.();
  if (!command) throw new TypeError(`there is no command ${name}`);
  loaded.set(name, command);
  return command;
}
