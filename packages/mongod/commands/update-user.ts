import { accessOf } from "../access/client-access.ts";
import { rolesIn, toHandOut, userNamed } from "../access/name-arguments.ts";
import { mechanismsIn, newCredentials } from "../access/new-credentials.ts";
import { refuseRestrictions } from "../access/restrictions.ts";
import { field, optionalDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import type { Call, Command, RequiredPrivilege } from "./command.ts";

export const updateUser: Command = {
  help: "Changes a user's password, roles or custom data.",
  writes: true,
  privileges: (call) => [...toChangeSelf(call), ...toChangeRoles(call)],
  async run(call) {
    const access = call.instance.control;
    const name = userNamed(call);
    const roles = rolesIn(call);
    const customData = optionalDocument(field(call.body, "customData", call.name));
    const mechanisms = mechanismsIn(call);
    if (!call.body.pwd && !roles && !customData && !mechanisms) {
      const text = "Must specify at least one field to update in updateUser";
      throw new MongoError("BadValue", text);
    }
    refuseRestrictions(call);
    access.requireRoles(roles ?? []);
    requireUser(call);
    const credentials = await newCredentials(call, name);

    // Only now, in one step: the user may have changed while the keys were derived.
    const user = requireUser(call);
    const kept = Object.entries(user.credentials).filter(
      ([mechanism]) => !mechanisms || mechanisms.some((wanted) => wanted === mechanism),
    );
    access.putUser({
      ...user,
      credentials: credentials ?? Object.fromEntries(kept),
      ...(customData ? { customData } : {}),
      ...(roles ? { roles } : {}),
    });
    return { ok: 1 };
  },
};

function requireUser(call: Call) {
  const name = userNamed(call);
  const user = call.instance.control.findUser(name);
  if (user) return user;
  throw new MongoError("UserNotFound", `User ${name.user}@${name.db} not found`);
}

/** Everybody with `changeOwnPassword` may change his own; others need `changePassword`. */
function toChangeSelf(call: Call): RequiredPrivilege[] {
  const { user, db } = userNamed(call);
  const access = accessOf(call.client, call.instance.control);
  const isSelf = access.users().some((known) => known.user === user && known.db === db);
  const needed = (own: string, other: string): RequiredPrivilege => {
    const resource = { db, collection: "" };
    const mayOwn = isSelf && access.allows([{ resource, actions: [own] }]);
    return { resource, actions: [mayOwn ? own : other] };
  };
  return [
    ...(call.body.pwd === undefined ? [] : [needed("changeOwnPassword", "changePassword")]),
    ...(call.body.customData === undefined
      ? []
      : [needed("changeOwnCustomData", "changeCustomData")]),
  ];
}

/** Setting roles takes away those that are not named, whatever their database. */
function toChangeRoles(call: Call): RequiredPrivilege[] {
  const roles = rolesIn(call);
  if (!roles) return [];
  const revokeAny = { resource: { db: "", collection: "" }, actions: ["revokeRole"] };
  return [revokeAny, ...toHandOut(roles, "grantRole")];
}
