import { Binary, type Document, UUID } from "bson";
import { accessOf } from "../access/client-access.ts";
import { field, optionalBoolean, optionalDocument } from "../arguments.ts";
import { encode } from "../bson/codec.ts";
import { collectionOf } from "../collections/catalog.ts";
import type { Collection } from "../collections/collection.ts";
import { describeIndex } from "../collections/index-spec.ts";
import { listReply } from "../cursors/reply.ts";
import { compileFilter } from "../query/filter.ts";
import { rootElement } from "../query/predicates.ts";
import { type Call, type Command, onDatabase } from "./command.ts";

export const listCollections: Command = {
  help: "The collections of a database",
  privileges: (call) => (onlyAuthorized(call) ? [] : onDatabase("listCollections")(call)),
  run(call) {
    const { db, body, instance } = call;
    const filter = optionalDocument(field(body, "filter", "listCollections")) ?? {};
    const nameOnly = optionalBoolean(field(body, "nameOnly", "listCollections")) ?? false;
    const matches = compileFilter(filter);
    const described = visible(call)
      .map((collection) => describe(collection))
      .filter((description) => matches(rootElement(encode(description))))
      .map((description) =>
        nameOnly ? { name: description.name, type: "collection" } : description,
      );
    instance.counters.operations.command += 1;
    return listReply(`${db}.$cmd.listCollections`, described);
  },
};

/** Whoever may read some collections may ask for the names of those. */
function onlyAuthorized({ body }: Call): boolean {
  return body.nameOnly === true && body.authorizedCollections === true;
}

function visible(call: Call): Collection[] {
  const { db, client, instance } = call;
  const all = instance.catalog.inDatabase(db);
  if (!onlyAuthorized(call)) return all;
  const access = accessOf(client, instance.control);
  return all.filter(({ namespace }) => {
    const resource = { db, collection: collectionOf(namespace) };
    return access.allows([{ resource, actions: ["find"] }]);
  });
}

function describe(collection: Collection): Document {
  const [idIndex] = collection.indexes;
  return {
    name: collectionOf(collection.namespace),
    type: "collection",
    options: collection.entry.options,
    info: { readOnly: false, uuid: new UUID(new Binary(collection.entry.uuid).value()) },
    ...(idIndex ? { idIndex: describeIndex(idIndex) } : {}),
  };
}
