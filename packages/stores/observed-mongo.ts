import type { CallScope } from "@faultline/rpc/call";
import { attributes as names } from "@faultline/telemetry/attributes";
import type {
  Collection,
  Document,
  Filter,
  FindOptions,
  IndexOptions,
  Mongo,
  Update,
  WriteOptions,
} from "./mongo.ts";
import { type Attributes, createObserve, type Observation, type Work } from "./observation.ts";

/** Makes every operation a `Call` that passes through the layers. `server` is where the database is, for spans. */
export function observeMongo(
  mongo: Mongo,
  observation: Observation,
  database: string,
  server: Attributes = {},
): Mongo {
  const observe = createObserve("mongodb", observation);
  const attributes = { [names.dbNamespace]: database, ...server };
  // A service may ask for its collection with every call; the stacks of layers around it are made once.
  const collections = new Map<string, Collection<Document>>();
  const observed = (name: string) => {
    const withName = { ...attributes, [names.dbCollection]: name };
    return observeCollection(mongo.collection(name), (operation, work) =>
      observe(operation, name, withName, work),
    );
  };
  const ping = observe("ping", "", attributes, (_: object, scope) => mongo.ping(scope));
  return {
    collection<T extends Document>(name: string) {
      const collection = collections.get(name) ?? observed(name);
      collections.set(name, collection);
      return collection as Collection<T>;
    },
    ping: (scope) => ping({}, scope),
    close: () => mongo.close(),
  };
}

type ObserveOperation = <Request, Result>(
  operation: string,
  work: Work<Request, Result>,
) => Work<Request, Result>;

/** What the layers see as the request of a `Call`. */
export interface Find {
  readonly filter: Filter;
  readonly options: FindOptions | undefined;
}
export interface FindBytes {
  readonly filter: Filter;
  readonly field: string;
}
export interface Change {
  readonly filter: Filter;
  readonly update: Update;
  readonly write: (WriteOptions & { readonly upsert?: boolean }) | undefined;
}

/** The operations' names are those of MongoDB's commands. */
function observeCollection<T extends Document>(
  collection: Collection<T>,
  observe: ObserveOperation,
): Collection<T> {
  return { ...observeReads(collection, observe), ...observeWrites(collection, observe) };
}

type Reads = "name" | "find" | "findOne" | "findBytes" | "aggregate" | "count";

function observeReads<T extends Document>(
  collection: Collection<T>,
  observe: ObserveOperation,
): Pick<Collection<T>, Reads> {
  const find = observe("find", ({ filter, options }: Find, scope) =>
    collection.find(filter, scope, options),
  );
  const findOne = observe("find", ({ filter, options }: Find, scope) =>
    collection.findOne(filter, scope, options),
  );
  const findBytes = observe("find", ({ filter, field }: FindBytes, scope) =>
    collection.findBytes(filter, field, scope),
  );
  const aggregate = observe("aggregate", (pipeline: readonly Document[], scope) =>
    collection.aggregate(pipeline, scope),
  );
  const count = observe("count", ({ filter }: Pick<Find, "filter">, scope) =>
    collection.count(filter, scope),
  );
  return {
    name: collection.name,
    find: (filter, scope, options) => find({ filter, options }, scope),
    findOne: (filter, scope, options) => findOne({ filter, options }, scope),
    findBytes: (filter, field, scope) => findBytes({ filter, field }, scope),
    aggregate: <R extends Document>(pipeline: readonly Document[], scope: CallScope) =>
      aggregate(pipeline, scope) as Promise<R[]>,
    count: (filter, scope) => count({ filter }, scope),
  };
}

function observeWrites<T extends Document>(
  collection: Collection<T>,
  observe: ObserveOperation,
): Omit<Collection<T>, Reads> {
  const insertMany = observe(
    "insert",
    (request: { documents: readonly T[]; write: WriteOptions | undefined }, scope) =>
      collection.insertMany(request.documents, scope, request.write),
  );
  const updateOne = observe("update", ({ filter, update, write }: Change, scope) =>
    collection.updateOne(filter, update, scope, write),
  );
  const updateMany = observe("update", ({ filter, update, write }: Change, scope) =>
    collection.updateMany(filter, update, scope, write),
  );
  const findOneAndUpdate = observe("findAndModify", ({ filter, update, write }: Change, scope) =>
    collection.findOneAndUpdate(filter, update, scope, write),
  );
  const deleteMany = observe("delete", ({ filter, write }: Omit<Change, "update">, scope) =>
    collection.deleteMany(filter, scope, write),
  );
  const ensureIndex = observe(
    "createIndexes",
    ({ keys, options }: { keys: IndexKeys; options: IndexOptions | undefined }, scope) =>
      collection.ensureIndex(keys, scope, options),
  );
  return {
    insertMany: (documents, scope, write) => insertMany({ documents, write }, scope),
    updateOne: (filter, update, scope, write) => updateOne({ filter, update, write }, scope),
    updateMany: (filter, update, scope, write) => updateMany({ filter, update, write }, scope),
    findOneAndUpdate: (filter, update, scope, write) =>
      findOneAndUpdate({ filter, update, write }, scope),
    deleteMany: (filter, scope, write) => deleteMany({ filter, write }, scope),
    ensureIndex: (keys, scope, options) => ensureIndex({ keys, options }, scope),
  };
}

type IndexKeys = Readonly<Record<string, 1 | -1>>;
