import type { Call } from "../commands/command.ts";
import { MongoError } from "../errors.ts";
import { isBuiltInRole } from "./built-in-roles.ts";
import { displayName, isSameRole, type RoleDocument, type RoleName } from "./documents.ts";
import { roleNamed } from "./name-arguments.ts";

/** The custom role that a command is about. Throws RoleNotFound or InvalidRoleModification. */
export function customRole(call: Call): RoleDocument {
  const name = roleNamed(call);
  if (isBuiltInRole(name.role, name.db)) {
    const text = `${displayName(name)} is a built-in role and cannot be modified`;
    throw new MongoError("InvalidRoleModification", text);
  }
  const role = call.instance.control.findRole(name);
  if (role) return role;
  throw new MongoError("RoleNotFound", `Role ${displayName(name)} does not exist`);
}

/** Throws InvalidRoleModification if `role` would inherit from itself through `roles`. */
export function refuseCycle(call: Call, role: RoleName, roles: readonly RoleName[]): void {
  const inherited = call.instance.control.inherited(roles);
  if (!inherited.some((other) => isSameRole(other, role))) return;
  const text = `Granting roles to ${displayName(role)} would introduce a cycle in the role graph`;
  throw new MongoError("InvalidRoleModification", text);
}
