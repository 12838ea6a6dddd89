import { UUID } from "bson";
import { expect, test } from "vitest";
import { AccessControl } from "./access-control.ts";
import { builtInPrivileges, builtInRoleNames } from "./built-in-roles.ts";
import { ClientAccess } from "./client-access.ts";
import { createMemoryDocuments, type RoleName, type UserDocument } from "./documents.ts";
import { PrivilegeSet } from "./privileges.ts";

const on = (db: string, collection: string, ...actions: string[]) => ({
  resource: { db, collection },
  actions,
});
const onCluster = (...actions: string[]) => ({ resource: { cluster: true as const }, actions });

const setOf = (role: string, db: string) => new PrivilegeSet(builtInPrivileges(role, db) ?? []);

test("readWrite on a database covers its collections and no other database", () => {
  const privileges = setOf("readWrite", "geo-db");

  expect(privileges.allows(on("geo-db", "geo", "find", "insert", "createIndex"))).toBe(true);
  expect(privileges.allows(on("geo-db", "", "listCollections"))).toBe(true);
  expect(privileges.allows(on("rate-db", "geo", "find"))).toBe(false);
  expect(privileges.allows(on("geo-db", "", "dropDatabase"))).toBe(false);
  expect(privileges.allows(on("geo-db", "system.users", "find"))).toBe(false);
});

test("userAdminAnyDatabase manages users everywhere, reads them, and reads nothing else", () => {
  const privileges = setOf("userAdminAnyDatabase", "admin");

  expect(privileges.allows(on("geo-db", "", "createUser", "grantRole"))).toBe(true);
  expect(privileges.allows(on("admin", "system.users", "find"))).toBe(true);
  expect(privileges.allows(onCluster("listDatabases"))).toBe(true);
  expect(privileges.allows(on("geo-db", "geo", "find"))).toBe(false);
});

test("the forms for any database leave out local and config", () => {
  const privileges = setOf("readAnyDatabase", "admin");

  expect(privileges.allows(on("anything", "at-all", "find"))).toBe(true);
  expect(privileges.allows(on("local", "startup_log", "find"))).toBe(false);
  expect(privileges.allows(on("config", "settings", "find"))).toBe(false);
});

test("root may do what each role of administrators may do", () => {
  const privileges = setOf("root", "admin");

  expect(privileges.allows(onCluster("shutdown", "serverStatus", "killop", "inprog"))).toBe(true);
  expect(privileges.allows(on("any", "thing", "find", "insert", "dropDatabase"))).toBe(true);
  expect(privileges.allows(on("admin", "system.users", "find"))).toBe(true);
});

test("a plain database has the roles that make sense there", () => {
  expect(builtInRoleNames("geo-db")).toEqual([
    "dbAdmin",
    "dbOwner",
    "read",
    "readWrite",
    "userAdmin",
  ]);
  expect(builtInPrivileges("root", "geo-db")).toBeUndefined();
});

test("one check may be met by several privileges together", () => {
  const privileges = new PrivilegeSet([on("a", "", "find"), on("a", "c", "insert")]);

  expect(privileges.allows(on("a", "c", "find", "insert"))).toBe(true);
  expect(privileges.allows(on("a", "d", "find", "insert"))).toBe(false);
});

test("a revoked role is gone from a connection at its next check", () => {
  const { control, client } = loggedInAs([{ role: "readWrite", db: "geo-db" }]);
  expect(client.allows([on("geo-db", "geo", "count")])).toBe(false);
  expect(client.allows([on("geo-db", "geo", "find")])).toBe(true);

  control.putUser({ ...control.user({ user: "admin", db: "admin" }), roles: [] });

  expect(client.allows([on("geo-db", "geo", "find")])).toBe(false);
  expect(client.isKnown).toBe(true);
});

test("a dropped user is no longer logged in, also not after being made anew", () => {
  const roles = [{ role: "read", db: "geo-db" }];
  const { control, client } = loggedInAs(roles);

  control.removeUser({ user: "admin", db: "admin" });
  control.addUser(userWith(roles, "other"));
  expect(client.isKnown).toBe(false);
  control.addUser(userWith(roles));

  expect(client.users()).toEqual([]);
  expect(client.allows([on("geo-db", "geo", "find")])).toBe(false);
});

test("a custom role gives its privileges and those that it inherits, even in a circle", () => {
  const control = newControl();
  const one = { role: "one", db: "admin" };
  const two = { role: "two", db: "admin" };
  const find = on("a", "c", "find");
  control.putRole({ _id: "admin.one", ...one, privileges: [], roles: [two] });
  control.putRole({ _id: "admin.two", ...two, privileges: [find], roles: [one] });

  expect(control.privilegesOf([one])).toEqual([find]);
  expect(control.inherited([one])).toEqual([one, two]);
});

test("a role that is dropped is gone from users and from other roles", () => {
  const control = newControl();
  const gone = { role: "gone", db: "admin" };
  control.putRole({ _id: "admin.gone", ...gone, privileges: [], roles: [] });
  control.addUser(userWith([gone, { role: "read", db: "a" }]));

  control.removeRole(gone);

  expect(control.user({ user: "admin", db: "admin" }).roles).toEqual([{ role: "read", db: "a" }]);
  expect(() => control.requireRoles([gone])).toThrow("No role named gone@admin");
});

test("users and roles are there again after a restart", () => {
  const documents = createMemoryDocuments();
  const before = new AccessControl(documents, { isEnabled: true });
  before.addUser(userWith([{ role: "read", db: "a" }]));

  const after = new AccessControl(documents, { isEnabled: true });

  expect(after.users()).toEqual(before.users());
});

test("until there is a user, this machine and nobody else may make the first", () => {
  const control = newControl();
  const local = new ClientAccess(control, { isLocal: true });
  const distant = new ClientAccess(control, { isLocal: false });
  const first = [on("admin", "", "createUser", "grantRole")];

  expect(local.allows(first)).toBe(true);
  expect(local.allows([on("geo-db", "geo", "find")])).toBe(false);
  expect(distant.allows(first)).toBe(false);
  control.addUser(userWith([]));
  expect(local.allows(first)).toBe(false);
});

test("a change that cannot be kept changes nothing", () => {
  const documents = {
    ...createMemoryDocuments(),
    put: () => {
      throw new Error("disk full");
    },
  };
  const control = new AccessControl(documents, { isEnabled: true });

  expect(() => control.addUser(userWith([]))).toThrow("disk full");
  expect(control.hasUsers).toBe(false);
});

function newControl(): AccessControl {
  return new AccessControl(createMemoryDocuments(), { isEnabled: true });
}

function userWith(roles: readonly RoleName[], user = "admin"): UserDocument {
  const userId = new UUID();
  return { _id: `admin.${user}`, userId, user, db: "admin", credentials: {}, roles };
}

function loggedInAs(roles: readonly RoleName[]) {
  const control = newControl();
  const user = userWith(roles);
  control.addUser(user);
  const client = new ClientAccess(control, { isLocal: true });
  client.logIn(user);
  return { control, client };
}
