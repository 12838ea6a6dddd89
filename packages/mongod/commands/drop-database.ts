import { collectionOf } from "../collections/catalog.ts";
import { type Command, onDatabase } from "./command.ts";

export const dropDatabase: Command = {
  help: "Drops a database with all its collections",
  privileges: onDatabase("dropDatabase"),
  writes: true,
  run({ db, instance }) {
    const collections = instance.catalog.inDatabase(db).filter(({ namespace }) => {
      return !(db === "admin" && collectionOf(namespace).startsWith("system."));
    });
    for (const collection of collections) instance.catalog.drop(collection);
    return collections.length > 0 ? { dropped: db, ok: 1 } : { ok: 1 };
  },
};
