import type { Document, UUID } from "bson";
import type { Privilege } from "./privileges.ts";
import type { ScramCredential, ScramMechanism } from "./scram.ts";

/** Where a user or a role belongs. Names are unique within their database only. */
export type UserName = { readonly user: string; readonly db: string };
export type RoleName = { readonly role: string; readonly db: string };

/** A user as `admin.system.users` holds it. */
export type UserDocument = {
  readonly _id: string;
  readonly userId: UUID;
  readonly user: string;
  readonly db: string;
  readonly credentials: Credentials;
  readonly roles: readonly RoleName[];
  readonly customData?: Document;
};

export type Credentials = { readonly [mechanism in ScramMechanism]?: ScramCredential } & {
  /** Set for users of `$external`, who prove themselves in another way. */
  readonly external?: true;
};

/** A custom role as `admin.system.roles` holds it. */
export type RoleDocument = {
  readonly _id: string;
  readonly role: string;
  readonly db: string;
  readonly privileges: readonly Privilege[];
  readonly roles: readonly RoleName[];
};

export type AccessCollection = "system.users" | "system.roles";

/**
 * The collections of `admin` in which users and roles are kept. A change is there when the
 * call returns, and throws if it cannot be kept.
 */
export interface AccessDocuments {
  all(collection: AccessCollection): Iterable<Document>;
  put(collection: AccessCollection, document: Document): void;
  remove(collection: AccessCollection, id: string): void;
}

/** Keeps users and roles in memory alone: for tests and servers without a data directory. */
export function createMemoryDocuments(): AccessDocuments {
  const collections = {
    "system.users": new Map<string, Document>(),
    "system.roles": new Map<string, Document>(),
  };
  return {
    all: (collection) => collections[collection].values(),
    put: (collection, document) => collections[collection].set(document._id, document),
    remove: (collection, id) => collections[collection].delete(id),
  };
}

/** `admin@admin`, as MongoDB writes a user in texts. */
export function displayName(name: UserName | RoleName): string {
  return "user" in name ? `${name.user}@${name.db}` : `${name.role}@${name.db}`;
}

export function idOf(name: UserName | RoleName): string {
  return "user" in name ? `${name.db}.${name.user}` : `${name.db}.${name.role}`;
}

export function isSameRole(one: RoleName, other: RoleName): boolean {
  return one.role === other.role && one.db === other.db;
}

/** `roles` with each of `added` in it once. */
export function withRoles(roles: readonly RoleName[], added: readonly RoleName[]): RoleName[] {
  const union = [...roles];
  for (const role of added) {
    if (!union.some((known) => isSameRole(known, role))) union.push(role);
  }
  return union;
}

/** `roles` with none of `removed` in it. */
export function withoutRoles(roles: readonly RoleName[], removed: readonly RoleName[]): RoleName[] {
  return roles.filter((role) => !removed.some((other) => isSameRole(role, other)));
}
