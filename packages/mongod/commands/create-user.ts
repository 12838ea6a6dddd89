import { UUID } from "bson";
import { idOf } from "../access/documents.ts";
import { requiredRolesIn, toHandOut, userNamed } from "../access/name-arguments.ts";
import { newCredentials } from "../access/new-credentials.ts";
import { refuseRestrictions } from "../access/restrictions.ts";
import { field, optionalDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import type { Command } from "./command.ts";

export const createUser: Command = {
  help: "Adds a user to the database.",
  writes: true,
  privileges: (call) => [
    { resource: { db: call.db, collection: "" }, actions: ["createUser"] },
    ...toHandOut(requiredRolesIn(call), "grantRole"),
  ],
  async run(call) {
    const access = call.instance.control;
    const name = userNamed(call);
    const roles = requiredRolesIn(call);
    if (name.db === "local") {
      throw new MongoError("BadValue", "Cannot create users in the local database");
    }
    refuseRestrictions(call);
    access.requireRoles(roles);
    access.requireNoUser(name);
    const credentials = await newCredentials(call, name);
    if (!credentials) {
      throw new MongoError(
        "BadValue",
        "Must provide a 'pwd' field for all user documents, except those with '$external' as " +
          "the user's source database",
      );
    }
    const customData = optionalDocument(field(call.body, "customData", call.name));
    access.addUser({
      _id: idOf(name),
      userId: new UUID(),
      ...name,
      credentials,
      ...(customData ? { customData } : {}),
      roles,
    });
    return { ok: 1 };
  },
};
