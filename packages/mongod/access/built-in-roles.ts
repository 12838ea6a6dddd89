import type { Privilege } from "./privileges.ts";

/** A role that every database has (or `admin` alone), with what it allows there. */
type BuiltInRole = {
  readonly adminOnly: boolean;
  readonly privileges: (db: string) => readonly Privilege[];
};

const readActions = [
  "changeStream",
  "collStats",
  "dbHash",
  "dbStats",
  "find",
  "killCursors",
  "listCollections",
  "listIndexes",
  "planCacheRead",
];

const readWriteActions = [
  ...readActions,
  "convertToCapped",
  "createCollection",
  "createIndex",
  "dropCollection",
  "dropIndex",
  "emptycapped",
  "insert",
  "remove",
  "renameCollectionSameDB",
  "update",
];

const userAdminActions = [
  "changeCustomData",
  "changePassword",
  "createRole",
  "createUser",
  "dropRole",
  "dropUser",
  "grantRole",
  "revokeRole",
  "setAuthenticationRestriction",
  "viewRole",
  "viewUser",
];

const dbAdminActions = [
  "bypassDocumentValidation",
  "collMod",
  "collStats",
  "compact",
  "convertToCapped",
  "createCollection",
  "createIndex",
  "dbStats",
  "dropCollection",
  "dropDatabase",
  "dropIndex",
  "enableProfiler",
  "listCollections",
  "listIndexes",
  "planCacheIndexFilter",
  "planCacheRead",
  "planCacheWrite",
  "reIndex",
  "renameCollectionSameDB",
  "repairDatabase",
  "storageDetails",
  "validate",
];

const profileActions = [...readActions, "convertToCapped", "createCollection", "dropCollection"];

const monitorClusterActions = [
  "checkFreeMonitoringStatus",
  "connPoolStats",
  "getCmdLineOpts",
  "getDefaultRWConcern",
  "getLog",
  "getParameter",
  "getShardMap",
  "hostInfo",
  "inprog",
  "listDatabases",
  "listSessions",
  "listShards",
  "netstat",
  "replSetGetConfig",
  "replSetGetStatus",
  "serverStatus",
  "shardingState",
  "top",
  "useUUID",
];

const monitorDatabaseActions = ["collStats", "dbStats", "getShardVersion", "indexStats"];

const hostClusterActions = [
  "applicationMessage",
  "connPoolSync",
  "cpuProfiler",
  "flushRouterConfig",
  "fsync",
  "invalidateUserCache",
  "killAnyCursor",
  "killAnySession",
  "killop",
  "logRotate",
  "replSetResizeOplog",
  "resync",
  "rotateCertificates",
  "setFreeMonitoring",
  "setParameter",
  "shutdown",
  "touch",
  "unlock",
];

const managerClusterActions = [
  "addShard",
  "appendOplogNote",
  "applicationMessage",
  "cleanupOrphaned",
  "flushRouterConfig",
  "listSessions",
  "listShards",
  "removeShard",
  "replSetConfigure",
  "replSetGetConfig",
  "replSetGetStatus",
  "replSetStateChange",
  "resync",
  "setDefaultRWConcern",
  "setFeatureCompatibilityVersion",
  "setFreeMonitoring",
];

const managerDatabaseActions = ["enableSharding", "moveChunk", "splitChunk", "splitVector"];

const restoreActions = [
  "bypassDocumentValidation",
  "collMod",
  "convertToCapped",
  "createCollection",
  "createIndex",
  "dropCollection",
  "insert",
];

/** MongoDB's built-in roles, sorted by name. */
const builtInRoles: Readonly<Record<string, BuiltInRole>> = {
  backup: inAdmin(() => [
    onCluster("appendOplogNote", "getParameter", "listDatabases", "serverStatus", "useUUID"),
    onAnything("collStats", "listCollections", "listIndexes"),
    inEvery("", "find"),
    ...["system.js", "system.profile", "system.users", "system.views"].map((name) =>
      inEvery(name, "find"),
    ),
    ...["system.roles", "system.users", "system.version"].map((name) => on("admin", name, "find")),
    on("config", "", "find"),
    on("config", "settings", "find", "insert", "update"),
    on("local", "", "find"),
  ]),
  clusterAdmin: inAdmin(() => clusterAdmin()),
  clusterManager: inAdmin(() => clusterManager()),
  clusterMonitor: inAdmin(() => clusterMonitor()),
  dbAdmin: inEach((db) => [
    on(db, "", ...dbAdminActions),
    on(db, "system.profile", ...profileActions),
  ]),
  dbAdminAnyDatabase: inAdmin(() => dbAdminAnyDatabase()),
  dbOwner: inEach((db) => [
    on(db, "", ...readWriteActions, ...dbAdminActions, ...userAdminActions),
    on(db, "system.js", ...readWriteActions),
    on(db, "system.profile", ...profileActions),
  ]),
  enableSharding: inAdmin(() => [inEvery("", "enableSharding")]),
  hostManager: inAdmin(() => hostManager()),
  read: inEach((db) => [on(db, "", ...readActions), on(db, "system.js", ...readActions)]),
  readAnyDatabase: inAdmin(() => [
    inEvery("", ...readActions),
    inEvery("system.js", ...readActions),
    onCluster("listDatabases"),
  ]),
  readWrite: inEach((db) => [
    on(db, "", ...readWriteActions),
    on(db, "system.js", ...readWriteActions),
  ]),
  readWriteAnyDatabase: inAdmin(() => readWriteAnyDatabase()),
  restore: inAdmin(() => restore()),
  root: inAdmin(() => [
    ...clusterAdmin(),
    ...userAdminAnyDatabase(),
    ...dbAdminAnyDatabase(),
    ...readWriteAnyDatabase(),
    ...restore(),
    ...(builtInPrivileges("backup", "admin") ?? []),
    onAnything("validate"),
  ]),
  userAdmin: inEach((db) => [on(db, "", ...userAdminActions)]),
  userAdminAnyDatabase: inAdmin(() => userAdminAnyDatabase()),
};

/** What the built-in role allows, or undefined if the database has no built-in role so named. */
export function builtInPrivileges(role: string, db: string): readonly Privilege[] | undefined {
  if (!isBuiltInRole(role, db)) return undefined;
  return builtInRoles[role]?.privileges(db);
}

export function isBuiltInRole(role: string, db: string): boolean {
  if (!Object.hasOwn(builtInRoles, role)) return false;
  return db === "admin" || builtInRoles[role]?.adminOnly === false;
}

/** The names of the built-in roles that the database has. */
export function builtInRoleNames(db: string): string[] {
  return Object.keys(builtInRoles).filter((role) => isBuiltInRole(role, db));
}

function userAdminAnyDatabase(): Privilege[] {
  return [
    inEvery("", ...userAdminActions),
    inEvery("system.users", ...readActions),
    onCluster("authSchemaUpgrade", "invalidateUserCache", "listDatabases"),
    on("admin", "system.users", ...readActions, "createIndex", "dropIndex"),
    on("admin", "system.roles", ...readActions, "createIndex", "dropIndex"),
    on("admin", "system.version", ...readActions),
    on("admin", "system.new_users", ...readActions),
    on("admin", "system.backup_users", ...readActions),
  ];
}

function dbAdminAnyDatabase(): Privilege[] {
  return [
    onCluster("listDatabases"),
    inEvery("", ...dbAdminActions),
    inEvery("system.profile", ...profileActions),
  ];
}

function readWriteAnyDatabase(): Privilege[] {
  return [
    inEvery("", ...readWriteActions),
    inEvery("system.js", ...readWriteActions),
    onCluster("listDatabases"),
  ];
}

function clusterMonitor(): Privilege[] {
  return [
    onCluster(...monitorClusterActions),
    inEvery("", ...monitorDatabaseActions),
    inEvery("system.profile", "find"),
    on("config", "", ...readActions, ...monitorDatabaseActions),
    on("local", "", ...readActions, ...monitorDatabaseActions),
    on("local", "system.replset", "find"),
  ];
}

function hostManager(): Privilege[] {
  return [onCluster(...hostClusterActions), inEvery("", "killCursors", "repairDatabase")];
}

function clusterManager(): Privilege[] {
  const writeActions = ["insert", "remove", "update"];
  return [
    onCluster(...managerClusterActions),
    inEvery("", ...managerDatabaseActions),
    on("config", "", ...managerDatabaseActions, ...readActions, ...writeActions),
    on("local", "", ...managerDatabaseActions, ...writeActions),
    on("local", "system.replset", ...readActions),
  ];
}

function clusterAdmin(): Privilege[] {
  return [...clusterMonitor(), ...hostManager(), ...clusterManager(), inEvery("", "dropDatabase")];
}

function restore(): Privilege[] {
  return [
    inEvery("", ...restoreActions, ...userAdminActions),
    inEvery("system.js", ...restoreActions),
    inEvery("system.users", ...restoreActions, "find", "remove", "update"),
    on("admin", "system.roles", "createIndex", "find"),
    on("admin", "system.version", ...restoreActions, "find"),
    on("admin", "tempusers", "find"),
    on("admin", "temproles", "find"),
    on("config", "", ...restoreActions),
    on("local", "", ...restoreActions),
    onAnything("listCollections"),
    onCluster("getParameter", "useUUID"),
  ];
}

function inAdmin(privileges: () => readonly Privilege[]): BuiltInRole {
  return { adminOnly: true, privileges };
}

function inEach(privileges: (db: string) => readonly Privilege[]): BuiltInRole {
  return { adminOnly: false, privileges };
}

function on(db: string, collection: string, ...actions: string[]): Privilege {
  return { resource: { db, collection }, actions };
}

function inEvery(collection: string, ...actions: string[]): Privilege {
  return on("", collection, ...actions);
}

function onCluster(...actions: string[]): Privilege {
  return { resource: { cluster: true }, actions };
}

function onAnything(...actions: string[]): Privilege {
  return { resource: { anyResource: true }, actions };
}
