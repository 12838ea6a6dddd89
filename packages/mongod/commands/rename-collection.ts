import { field, optionalBoolean, requiredString } from "../arguments.ts";
import { collectionOf, databaseOf } from "../collections/catalog.ts";
import { MongoError } from "../errors.ts";
import type { Command } from "./command.ts";

export const renameCollection: Command = {
  help: "Gives a collection another name, or moves it to another database",
  privileges: ({ body }) => {
    const from = String(body.renameCollection);
    const to = String(body.to);
    const drops = body.dropTarget ? ["dropCollection"] : [];
    return [
      { resource: resourceOf(from), actions: ["find", "dropCollection"] },
      { resource: resourceOf(to), actions: ["insert", "createIndex", ...drops] },
    ];
  },
  adminOnly: true,
  writes: true,
  run({ body, instance }) {
    const from = requiredString(field(body, "renameCollection", "renameCollection"));
    const to = requiredString(field(body, "to", "renameCollection"));
    const dropTarget = optionalBoolean(field(body, "dropTarget", "renameCollection")) ?? false;
    const source = instance.catalog.get(from);
    if (!source) {
      throw new MongoError("NamespaceNotFound", `Source collection ${from} does not exist`);
    }
    if (from === to) {
      throw new MongoError("IllegalOperation", "Can't rename a collection to itself");
    }
    const target = instance.catalog.get(to);
    if (target && !dropTarget) {
      throw new MongoError("NamespaceExists", "target namespace exists");
    }
    instance.catalog.rename(source, to, target);
    return { ok: 1 };
  },
};

function resourceOf(namespace: string) {
  return { db: databaseOf(namespace), collection: collectionOf(namespace) };
}
