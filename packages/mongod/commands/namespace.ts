import { typeName } from "../arguments.ts";
import { checkNamespace } from "../collections/catalog.ts";
import type { Collection } from "../collections/collection.ts";
import { MongoError } from "../errors.ts";
import type { Call } from "./command.ts";

/** `db.collection` that a command is about, from its first field. Throws InvalidNamespace. */
export function namespaceOf(call: Call): string {
  const name: unknown = call.body[call.name];
  if (typeof name !== "string") {
    const text = `collection name has invalid type ${typeName(name)}`;
    throw new MongoError(name === undefined ? "BadValue" : "InvalidNamespace", text);
  }
  const namespace = `${call.db}.${name}`;
  if (name === "" || call.db === "") {
    throw new MongoError("InvalidNamespace", `Invalid namespace specified '${namespace}'`);
  }
  return namespace;
}

/** The collection that a command reads, if it is there. */
export function collectionOf(call: Call): Collection | undefined {
  return call.instance.catalog.get(namespaceOf(call));
}

/** The collection that a command writes to, made if it is not there. */
export function collectionToWrite(call: Call): Collection {
  const namespace = namespaceOf(call);
  checkNamespace(namespace);
  return call.instance.catalog.getOrCreate(namespace);
}

/** The collection, or NamespaceNotFound. */
export function existingCollection(call: Call, text = "ns not found"): Collection {
  const collection = collectionOf(call);
  if (!collection) throw new MongoError("NamespaceNotFound", text);
  return collection;
}
