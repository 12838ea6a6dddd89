import { MongoError } from "../errors.ts";
import { builtInPrivileges, isBuiltInRole } from "./built-in-roles.ts";
import {
  type AccessDocuments,
  displayName,
  idOf,
  isSameRole,
  type RoleDocument,
  type RoleName,
  type UserDocument,
  type UserName,
} from "./documents.ts";
import type { Privilege } from "./privileges.ts";
import { readRole, readUser } from "./stored-documents.ts";

/**
 * The users and custom roles of a server, and what each may do. They are held in memory and
 * every change is first written to `admin`. A change is one synchronous step, so no login and
 * no check of a privilege ever sees half of it.
 */
export class AccessControl {
  /** Grows with every change, so that connections know when to look again. */
  version = 0;
  /** Whether commands are checked (`--auth`). Logins are checked in any case. */
  readonly isEnabled: boolean;
  readonly #documents: AccessDocuments;
  readonly #users = new Map<string, UserDocument>();
  readonly #roles = new Map<string, RoleDocument>();

  constructor(documents: AccessDocuments, options: { readonly isEnabled: boolean }) {
    this.#documents = documents;
    this.isEnabled = options.isEnabled;
    this.reload();
  }

  /** Reads users and roles again, after something else has written to their collections. */
  reload(): void {
    this.version += 1;
    this.#users.clear();
    this.#roles.clear();
    for (const document of this.#documents.all("system.users")) {
      const user = readUser(document);
      if (user) this.#users.set(user._id, user);
    }
    for (const document of this.#documents.all("system.roles")) {
      const role = readRole(document);
      if (role) this.#roles.set(role._id, role);
    }
  }

  get hasUsers(): boolean {
    return this.#users.size > 0;
  }

  users(): UserDocument[] {
    return [...this.#users.values()];
  }

  roles(): RoleDocument[] {
    return [...this.#roles.values()];
  }

  findUser(name: UserName): UserDocument | undefined {
    return this.#users.get(idOf(name));
  }

  /** The user, or MongoDB's UserNotFound. */
  user(name: UserName): UserDocument {
    const user = this.findUser(name);
    if (user) return user;
    throw new MongoError("UserNotFound", `Could not find user "${name.user}" for db "${name.db}"`);
  }

  findRole(name: RoleName): RoleDocument | undefined {
    return this.#roles.get(idOf(name));
  }

  /** Throws MongoDB's RoleNotFound unless each of the roles exists. */
  requireRoles(names: readonly RoleName[]): void {
    for (const name of names) {
      if (isBuiltInRole(name.role, name.db) || this.findRole(name)) continue;
      throw new MongoError("RoleNotFound", `No role named ${displayName(name)}`);
    }
  }

  addUser(user: UserDocument): void {
    this.requireNoUser(user);
    this.putUser(user);
  }

  requireNoUser(name: UserName): void {
    if (!this.findUser(name)) return;
    throw new MongoError("Location51003", `User "${displayName(name)}" already exists`);
  }

  putUser(user: UserDocument): void {
    this.#documents.put("system.users", user);
    this.#users.set(user._id, user);
    this.version += 1;
  }

  /** Whether there was such a user. */
  removeUser(name: UserName): boolean {
    const id = idOf(name);
    if (!this.#users.has(id)) return false;
    this.#documents.remove("system.users", id);
    this.#users.delete(id);
    this.version += 1;
    return true;
  }

  putRole(role: RoleDocument): void {
    this.#documents.put("system.roles", role);
    this.#roles.set(role._id, role);
    this.version += 1;
  }

  /** Takes the role away, also from every user and role that has it. False: no such role. */
  removeRole(name: RoleName): boolean {
    const id = idOf(name);
    if (!this.#roles.has(id)) return false;

    const others = (roles: readonly RoleName[]) => roles.filter((role) => !isSameRole(role, name));
    for (const user of this.users()) {
      if (others(user.roles).length < user.roles.length) {
        this.putUser({ ...user, roles: others(user.roles) });
      }
    }
    for (const role of this.roles()) {
      if (others(role.roles).length < role.roles.length) {
        this.putRole({ ...role, roles: others(role.roles) });
      }
    }
    this.#documents.remove("system.roles", id);
    this.#roles.delete(id);
    this.version += 1;
    return true;
  }

  /** The given roles and all that they inherit. Roles that no longer exist are left out. */
  inherited(names: readonly RoleName[]): RoleName[] {
    const found = new Map<string, RoleName>();
    const waiting = [...names];
    for (let name = waiting.pop(); name; name = waiting.pop()) {
      const id = idOf(name);
      const custom = this.#roles.get(id);
      if (found.has(id) || !(custom || isBuiltInRole(name.role, name.db))) continue;
      found.set(id, { role: name.role, db: name.db });
      waiting.push(...(custom?.roles ?? []));
    }
    return [...found.values()];
  }

  /** What the roles allow, with all that they inherit. */
  privilegesOf(names: readonly RoleName[]): Privilege[] {
    return this.inherited(names).flatMap((name) => [
      ...(builtInPrivileges(name.role, name.db) ?? this.findRole(name)?.privileges ?? []),
    ]);
  }
}
