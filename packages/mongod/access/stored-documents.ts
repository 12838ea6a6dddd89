import { Binary, type Document, UUID } from "bson";
import { isDocument, toNumber } from "../arguments.ts";
import type { Credentials, RoleDocument, RoleName, UserDocument } from "./documents.ts";
import type { GrantedResource, Privilege } from "./privileges.ts";
import { type ScramCredential, scramMechanisms } from "./scram.ts";

/**
 * A user as a stored document says. A document that a restore has brought in may lack parts:
 * what is missing or malformed grants nothing. Undefined if it does not even name a user.
 */
export function readUser(document: Document): UserDocument | undefined {
  const { user, db, customData } = document;
  if (typeof user !== "string" || typeof db !== "string") return undefined;
  return {
    _id: `${db}.${user}`,
    userId: readUserId(document.userId),
    user,
    db,
    credentials: readCredentials(document.credentials),
    roles: readRoleNames(document.roles),
    ...(isDocument(customData) ? { customData } : {}),
  };
}

/** A custom role as a stored document says; the same leniency. */
export function readRole(document: Document): RoleDocument | undefined {
  const { role, db } = document;
  if (typeof role !== "string" || typeof db !== "string") return undefined;
  return {
    _id: `${db}.${role}`,
    role,
    db,
    privileges: listOf(document.privileges).flatMap(readPrivilege),
    roles: readRoleNames(document.roles),
  };
}

function readUserId(value: unknown): UUID {
  if (value instanceof UUID) return value;
  if (value instanceof Binary && value.sub_type === Binary.SUBTYPE_UUID) return value.toUUID();
  return new UUID();
}

function readCredentials(value: unknown): Credentials {
  if (!isDocument(value)) return {};
  const credentials: { [mechanism: string]: ScramCredential | true } = {};
  if (value.external === true) credentials.external = true;
  for (const mechanism of Object.keys(scramMechanisms)) {
    const credential = readCredential(value[mechanism]);
    if (credential) credentials[mechanism] = credential;
  }
  return credentials;
}

function readCredential(value: unknown): ScramCredential | undefined {
  if (!isDocument(value)) return undefined;
  const { salt, storedKey, serverKey } = value;
  const iterationCount = toNumber(value.iterationCount);
  const texts = [salt, storedKey, serverKey];
  if (!iterationCount || texts.some((text) => typeof text !== "string")) return undefined;
  return { iterationCount, salt, storedKey, serverKey };
}

function readRoleNames(value: unknown): RoleName[] {
  return listOf(value).flatMap((entry) => {
    if (!isDocument(entry)) return [];
    const { role, db } = entry;
    return typeof role === "string" && typeof db === "string" ? [{ role, db }] : [];
  });
}

function readPrivilege(value: unknown): Privilege[] {
  if (!isDocument(value)) return [];
  const resource = readResource(value.resource);
  const actions = listOf(value.actions).filter((action) => typeof action === "string");
  return resource ? [{ resource, actions }] : [];
}

/** The resource that a privilege document names, or undefined if it names none. */
export function readResource(value: unknown): GrantedResource | undefined {
  if (!isDocument(value)) return undefined;
  if (value.cluster === true) return { cluster: true };
  if (value.anyResource === true) return { anyResource: true };
  const { db, collection } = value;
  if (typeof db !== "string" || typeof collection !== "string") return undefined;
  return { db, collection };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
