import type { Document } from "bson";
import { field, isDocument, optionalArray, requiredString } from "../arguments.ts";
import type { RequiredPrivilege } from "../commands/command.ts";
import { MongoError } from "../errors.ts";
import { builtInPrivileges } from "./built-in-roles.ts";
import type { RoleName, UserName } from "./documents.ts";
import type { GrantedResource, Privilege } from "./privileges.ts";
import { readResource } from "./stored-documents.ts";

/** The user that a command names in its first field. */
export function userNamed({ name, db, body }: NamingCall): UserName {
  const user = requiredString(field(body, name, name));
  if (user === "")
    throw new MongoError("BadValue", "User document needs 'user' field to be non-empty");
  return { user, db };
}

/** The role that a command names in its first field. */
export function roleNamed({ name, db, body }: NamingCall): RoleName {
  const role = requiredString(field(body, name, name));
  if (role === "") throw new MongoError("BadValue", "Role name must be non-empty");
  return { role, db };
}

/** The roles of a field: `"read"` means the one of the command's own database. */
export function rolesIn(
  { name, db, body }: NamingCall,
  fieldName = "roles",
): RoleName[] | undefined {
  return optionalArray(field(body, fieldName, name))?.map((entry) => roleNameFrom(entry, db));
}

export function requiredRolesIn(call: NamingCall, fieldName = "roles"): RoleName[] {
  const roles = rolesIn(call, fieldName);
  if (roles) return roles;
  throw new MongoError(
    "Location40414",
    `BSON field '${call.name}.${fieldName}' is missing but a required field`,
  );
}

/** The privileges of a field of createRole and its like. */
export function privilegesIn({ name, body }: NamingCall): Privilege[] | undefined {
  return optionalArray(field(body, "privileges", name))?.map(privilegeFrom);
}

/** A role in a command: a name, or a document with a name and a database. */
export function roleNameFrom(entry: unknown, db: string): RoleName {
  if (typeof entry === "string") return { role: entry, db };
  if (!isDocument(entry)) {
    throw new MongoError("BadValue", "Role names must be either strings or objects");
  }
  return {
    role: requiredString(field(entry, "role", "roles")),
    db: requiredString(field(entry, "db", "roles")),
  };
}

/** What it takes to give these roles to somebody, or to take them away. */
export function toHandOut(
  roles: readonly RoleName[],
  action: "grantRole" | "revokeRole",
): RequiredPrivilege[] {
  return roles.map(({ db }) => ({ resource: { db, collection: "" }, actions: [action] }));
}

/** What it takes to give these privileges to a role, or to take them away. */
export function toHandOutPrivileges(
  privileges: readonly Privilege[],
  action: "grantRole" | "revokeRole",
): RequiredPrivilege[] {
  const roles = privileges.map(({ resource }) => ({ role: "", db: databaseOf(resource) }));
  return toHandOut(roles, action);
}

type NamingCall = { readonly name: string; readonly db: string; readonly body: Document };

function databaseOf(resource: GrantedResource): string {
  return "db" in resource ? resource.db || "admin" : "admin";
}

function privilegeFrom(entry: unknown): Privilege {
  const resource = isDocument(entry) ? readResource(entry.resource) : undefined;
  const given: unknown = isDocument(entry) ? entry.actions : undefined;
  if (!resource || !Array.isArray(given)) {
    throw new MongoError("BadValue", "a privilege needs a resource and a list of actions");
  }
  const actions = given.map(String);
  const unknown = actions.filter((action) => !knownActions.has(action));
  if (unknown.length > 0) {
    throw new MongoError("BadValue", `Unrecognized action privilege strings: ${unknown.join(",")}`);
  }
  return { resource, actions };
}

const knownActions = new Set([
  ...(builtInPrivileges("root", "admin") ?? []).flatMap(({ actions }) => actions),
  "anyAction",
  "changeOwnCustomData",
  "changeOwnPassword",
  "impersonate",
  "internal",
]);
