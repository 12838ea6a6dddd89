import type { Document } from "bson";
import { accessOf } from "../access/client-access.ts";
import type { UserDocument, UserName } from "../access/documents.ts";
import { mechanismNames } from "../access/login.ts";
import { PrivilegeSet } from "../access/privileges.ts";
import {
  field,
  isDocument,
  optionalBoolean,
  optionalDocument,
  requiredString,
  toNumber,
} from "../arguments.ts";
import { encode } from "../bson/codec.ts";
import { MongoError } from "../errors.ts";
import { compileFilter } from "../query/filter.ts";
import { rootElement } from "../query/predicates.ts";
import type { Call, Command, RequiredPrivilege } from "./command.ts";

export const usersInfo: Command = {
  help: "Tells about users: one, several, those of a database or all.",
  privileges: toView,
  run(call) {
    const shown = usersAskedFor(call).map((user) => describe(call, user));
    const filter = optionalDocument(field(call.body, "filter", call.name));
    if (!filter) return { users: shown, ok: 1 };
    const matches = compileFilter(filter);
    return { users: shown.filter((user) => matches(rootElement(encode(user)))), ok: 1 };
  },
};

type Asked = { readonly names: readonly UserName[] } | { readonly db: string | undefined };

function parse({ body, name, db }: Call): Asked {
  const asked: unknown = body[name];
  if (toNumber(asked) === 1) return { db };
  if (isDocument(asked) && asked.forAllDBs === true) return { db: undefined };
  const entries = Array.isArray(asked) ? asked : [asked];
  return { names: entries.map((entry) => userNameFrom(entry, db)) };
}

function userNameFrom(entry: unknown, db: string): UserName {
  if (typeof entry === "string") return { user: entry, db };
  if (!isDocument(entry)) {
    throw new MongoError("BadValue", "User names must be either strings or objects");
  }
  return {
    user: requiredString(field(entry, "user", "usersInfo")),
    db: requiredString(field(entry, "db", "usersInfo")),
  };
}

/** Everybody may look at himself. */
function toView(call: Call): RequiredPrivilege[] {
  const asked = parse(call);
  const viewIn = (db: string) => ({ resource: { db, collection: "" }, actions: ["viewUser"] });
  if ("db" in asked) return [viewIn(asked.db ?? "")];

  const self = accessOf(call.client, call.instance.control).users();
  const others = asked.names.filter(
    (name) => !self.some((own) => own.user === name.user && own.db === name.db),
  );
  return others.map((name) => viewIn(name.db));
}

function usersAskedFor(call: Call): UserDocument[] {
  const access = call.instance.control;
  const asked = parse(call);
  if ("names" in asked) return asked.names.flatMap((name) => access.findUser(name) ?? []);
  return access.users().filter((user) => asked.db === undefined || user.db === asked.db);
}

function describe({ body, name, instance }: Call, user: UserDocument): Document {
  const wants = (option: string, otherwise = false) =>
    optionalBoolean(field(body, option, name)) ?? otherwise;
  const { credentials, customData, ...shown } = user;
  return {
    ...shown,
    ...(wants("showCredentials") ? { credentials } : {}),
    ...(customData && wants("showCustomData", true) ? { customData } : {}),
    mechanisms: mechanismNames(credentials),
    ...(wants("showPrivileges")
      ? {
          inheritedRoles: instance.control.inherited(user.roles),
          inheritedPrivileges: new PrivilegeSet(instance.control.privilegesOf(user.roles)).list(),
          inheritedAuthenticationRestrictions: [],
        }
      : {}),
  };
}
