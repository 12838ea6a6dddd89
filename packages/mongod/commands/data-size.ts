import { field, requiredString } from "../arguments.ts";
import { collectionOf, databaseOf } from "../collections/catalog.ts";
import type { Command } from "./command.ts";

export const dataSize: Command = {
  help: "The bytes of a collection's documents",
  privileges: ({ body }) => {
    const namespace = String(body.dataSize);
    const resource = { db: databaseOf(namespace), collection: collectionOf(namespace) };
    return [{ resource, actions: ["find"] }];
  },
  run({ body, instance }) {
    const collection = instance.catalog.get(requiredString(field(body, "dataSize", "dataSize")));
    return {
      size: collection?.dataSize ?? 0,
      numObjects: collection?.count ?? 0,
      millis: 0,
      ok: 1,
    };
  },
};
