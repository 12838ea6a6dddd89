import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Document, Mongo } from "./mongo.ts";
import {
  type Ask,
  type Attributes,
  createAsk,
  type Label,
  type Observation,
} from "./observation.ts";

/** Makes every operation a `Call` that passes through the layers. `server` is where the database is, for spans. */
export function observeMongo(
  mongo: Mongo,
  observation: Observation,
  database: string,
  server: Attributes = {},
): Mongo {
  const attributes = { "db.system.name": "mongodb", "db.namespace": database, ...server };
  const ask = createAsk("mongodb", observation);
  const ping = label("ping", attributes);
  return {
    collection: (name) => observeCollection(mongo.collection(name), attributes, ask),
    ping: (scope) => ask(ping, scope, {}, (call) => mongo.ping(call)),
    close: () => mongo.close(),
  };
}

function label(operation: string, attributes: Attributes, collection?: string): Label {
  return {
    name: collection === undefined ? operation : `${operation} ${collection}`,
    attributes: {
      ...attributes,
      ...(collection !== undefined && { "db.collection.name": collection }),
      "db.operation.name": operation,
    },
  };
}

function observeCollection<T extends Document>(
  collection: Collection<T>,
  attributes: Attributes,
  ask: Ask,
): Collection<T> {
  const { name } = collection;
  const labelOf = (operation: string) => label(operation, attributes, name);
  const find = labelOf("find");
  const aggregate = labelOf("aggregate");
  const count = labelOf("count");
  const insert = labelOf("insert");
  const update = labelOf("update");
  const findAndModify = labelOf("findAndModify");
  const remove = labelOf("delete");
  const createIndexes = labelOf("createIndexes");
  return {
    name,
    find: (filter, scope, options) =>
      ask(find, scope, { filter, ...options }, (call) => collection.find(filter, call, options)),
    findOne: (filter, scope, options) =>
      ask(find, scope, { filter, ...options }, (call) => collection.findOne(filter, call, options)),
    aggregate: <R extends Document>(pipeline: readonly Document[], scope: CallScope) =>
      ask(aggregate, scope, { pipeline }, (call) => collection.aggregate<R>(pipeline, call)),
    count: (filter, scope) =>
      ask(count, scope, { filter }, (call) => collection.count(filter, call)),
    insertMany: (documents, scope, options) =>
      ask(insert, scope, { documents }, (call) => collection.insertMany(documents, call, options)),
    updateOne: (filter, change, scope, options) =>
      ask(update, scope, { filter, update: change }, (call) =>
        collection.updateOne(filter, change, call, options),
      ),
    findOneAndUpdate: (filter, change, scope, options) =>
      ask(findAndModify, scope, { filter, update: change }, (call) =>
        collection.findOneAndUpdate(filter, change, call, options),
      ),
    deleteMany: (filter, scope, options) =>
      ask(remove, scope, { filter }, (call) => collection.deleteMany(filter, call, options)),
    ensureIndex: (keys, scope, options) =>
      ask(createIndexes, scope, { keys }, (call) => collection.ensureIndex(keys, call, options)),
  };
}
