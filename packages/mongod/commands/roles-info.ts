import type { Document } from "bson";
import { builtInPrivileges, builtInRoleNames, isBuiltInRole } from "../access/built-in-roles.ts";
import { accessOf } from "../access/client-access.ts";
import { isSameRole, type RoleName } from "../access/documents.ts";
import { roleNameFrom } from "../access/name-arguments.ts";
import { PrivilegeSet } from "../access/privileges.ts";
import { field, optionalBoolean, toNumber } from "../arguments.ts";
import type { Call, Command, RequiredPrivilege } from "./command.ts";

export const rolesInfo: Command = {
  help: "Tells about roles: one, several or those of a database.",
  privileges: toView,
  run: (call) => ({ roles: rolesAskedFor(call).map((name) => describe(call, name)), ok: 1 }),
};

/** The names that the command asks about, or undefined for all of the database. */
function namesIn({ body, name, db }: Call): RoleName[] | undefined {
  const asked: unknown = body[name];
  if (toNumber(asked) === 1) return undefined;
  return (Array.isArray(asked) ? asked : [asked]).map((entry) => roleNameFrom(entry, db));
}

/** Everybody may look at the roles that he has. */
function toView(call: Call): RequiredPrivilege[] {
  const access = call.instance.control;
  const own = accessOf(call.client, access).users();
  const held = access.inherited(own.flatMap((user) => user.roles));
  const names = namesIn(call) ?? [{ role: "", db: call.db }];
  return names
    .filter((name) => !held.some((role) => isSameRole(role, name)))
    .map(({ db }) => ({ resource: { db, collection: "" }, actions: ["viewRole"] }));
}

function rolesAskedFor(call: Call): RoleName[] {
  const access = call.instance.control;
  const { db } = call;
  const names = namesIn(call);
  if (names) {
    return names.filter((name) => isBuiltInRole(name.role, name.db) || access.findRole(name));
  }
  const custom = access.roles().filter((role) => role.db === db);
  const showsBuiltIn = optionalBoolean(field(call.body, "showBuiltinRoles", call.name));
  return [...custom, ...(showsBuiltIn ? builtInRoleNames(db).map((role) => ({ role, db })) : [])];
}

function describe({ body, name, instance: { control: access } }: Call, role: RoleName): Document {
  const custom = access.findRole(role);
  const showsPrivileges = optionalBoolean(field(body, "showPrivileges", name));
  const privileges = custom?.privileges ?? builtInPrivileges(role.role, role.db) ?? [];
  return {
    ...(custom ? { _id: custom._id } : {}),
    role: role.role,
    db: role.db,
    ...(showsPrivileges ? { privileges: new PrivilegeSet(privileges).list() } : {}),
    roles: custom?.roles ?? [],
    inheritedRoles: access.inherited(custom?.roles ?? []),
    ...(showsPrivileges
      ? { inheritedPrivileges: new PrivilegeSet(access.privilegesOf([role])).list() }
      : {}),
    isBuiltin: !custom,
  };
}
