import { field, isDocument, optionalBoolean, optionalNumber } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { findIndex } from "../query/plan.ts";
import { type Command, onCollection } from "./command.ts";
import { existingCollection, namespaceOf } from "./namespace.ts";

export const collMod: Command = {
  help: "Changes when an index expires documents, or hides an index",
  privileges: onCollection("collMod"),
  writes: true,
  run(call) {
    const collection = existingCollection(call, `ns does not exist: ${namespaceOf(call)}`);
    const { index: asked } = call.body;
    if (call.body.validator !== undefined || call.body.viewOn !== undefined) {
      throw new MongoError(
        "InvalidOptions",
        "validators and views are not supported by this server",
      );
    }
    if (!isDocument(asked)) return { ok: 1 };
    const index = findIndex(collection, asked.keyPattern ?? asked.name);
    if (!index)
      throw new MongoError(
        "IndexNotFound",
        `cannot find index ${asked.name ?? ""} for ns ${collection.namespace}`,
      );
    const expireAfterSeconds = optionalNumber(field(asked, "expireAfterSeconds", "collMod.index"));
    const hidden = optionalBoolean(field(asked, "hidden", "collMod.index"));
    const changed = {
      ...index.entry,
      ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
      ...(hidden === undefined ? {} : { hidden }),
    };
    const indexes = collection.entry.indexes.map((entry) =>
      entry.id === changed.id ? changed : entry,
    );
    call.instance.catalog.change(collection, { indexes });
    const { expireAfterSeconds: old } = index.entry;
    return {
      ...(expireAfterSeconds === undefined
        ? {}
        : { expireAfterSeconds_old: old, expireAfterSeconds_new: expireAfterSeconds }),
      ...(hidden === undefined ? {} : { hidden_old: index.entry.hidden, hidden_new: hidden }),
      ok: 1,
    };
  },
};
