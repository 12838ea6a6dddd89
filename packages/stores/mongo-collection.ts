import type { CallScope } from "@faultline/rpc/call";
import type { Collection as DriverCollection, Document as DriverDocument } from "mongodb";
import type { Collection, Document, WriteOptions } from "./mongo.ts";
import type { Bounds } from "./mongo-bounds.ts";
import { bytesInField } from "./mongo-bytes.ts";
import { serverCodeOf, serverCodes } from "./mongo-errors.ts";
import { WriteGroups } from "./mongo-groups.ts";

/** Does a piece of work with the server within the scope, and turns the driver's errors into ours. */
export type Ask = <Result>(
  scope: CallScope,
  work: (bounds: Bounds) => Promise<Result>,
) => Promise<Result>;

/** An index may be there already under another name or uniqueness, or documents of another seeder break it. */
const acceptedForIndex: ReadonlySet<number | undefined> = new Set([
  serverCodes.indexOptionsConflict,
  serverCodes.indexKeySpecsConflict,
  serverCodes.duplicateKey,
]);

/** Our few methods on the driver's collection. */
export function createCollection<T extends Document>(
  driver: DriverCollection<DriverDocument>,
  ask: Ask,
): Collection<T> {
  const groups = groupsOf(driver);
  return {
    name: driver.collectionName,
    find: (filter, scope, options) =>
      ask(scope, (bounds) => driver.find<T>(filter, { ...options, ...bounds }).toArray()),
    findOne: (filter, scope, options) =>
      ask(scope, (bounds) => driver.findOne<T>(filter, { ...options, ...bounds })),
    async findBytes(filter, field, scope) {
      // A string that is no text survives only undecoded.
      const options = { raw: true, projection: { _id: 0, [field]: 1 } };
      const document: unknown = await ask(scope, (bounds) =>
        driver.findOne(filter, { ...options, ...bounds }),
      );
      return document instanceof Uint8Array ? bytesInField(document, field) : null;
    },
    aggregate: <R extends Document>(pipeline: readonly Document[], scope: CallScope) =>
      ask(scope, (bounds) => driver.aggregate<R>([...pipeline], bounds).toArray()),
    count: (filter, scope) => ask(scope, (bounds) => driver.countDocuments(filter, bounds)),

    async insertMany(documents, scope, options) {
      // The driver puts `_id` into what it is given; the caller's documents stay as they are.
      const [first, ...others] = documents.map((document) => ({ ...document }));
      if (!first) return;
      if (options?.grouped) {
        const writes = [first, ...others].map((document) => ({ insertOne: { document } }));
        await ask(scope, () => groups.insertions(options).write(writes, scope));
        return;
      }
      await ask<unknown>(scope, (bounds) => {
        const all = { ...bounds, ...concern(options) };
        // For one document the driver has a way that costs a fifth less.
        if (others.length === 0) return driver.insertOne(first, all);
        return driver.insertMany([first, ...others], all);
      });
    },

    async updateOne(filter, update, scope, options) {
      if (options?.grouped && options.upsert) {
        const writes = [{ updateOne: { filter, update, upsert: true } } as const];
        const [upserted = false] = await ask(scope, () =>
          groups.upserts(options).write(writes, scope),
        );
        return { matched: upserted ? 0 : 1, upserted };
      }
      const { matchedCount, upsertedCount } = await ask(scope, (bounds) =>
        driver.updateOne(filter, update, { ...bounds, ...concern(options), ...upsert(options) }),
      );
      return { matched: matchedCount, upserted: upsertedCount > 0 };
    },

    async updateMany(filter, update, scope, options) {
      const { matchedCount } = await ask(scope, (bounds) =>
        driver.updateMany(filter, update, { ...bounds, ...concern(options) }),
      );
      return matchedCount;
    },

    findOneAndUpdate: (filter, update, scope, options) =>
      ask(scope, async (bounds) => {
        const all = { ...bounds, ...concern(options), ...upsert(options) };
        const changed = await driver.findOneAndUpdate(filter, update, {
          ...all,
          returnDocument: "after",
        });
        return changed as T | null;
      }),

    async deleteMany(filter, scope, options) {
      const { deletedCount } = await ask(scope, (bounds) =>
        driver.deleteMany(filter, { ...bounds, ...concern(options) }),
      );
      return deletedCount;
    },

    async ensureIndex(keys, scope, options) {
      try {
        await ask(scope, (bounds) => driver.createIndex({ ...keys }, { ...bounds, ...options }));
        return true;
      } catch (error) {
        if (!acceptedForIndex.has(serverCodeOf(error))) throw error;
        scope.log.info("index accepted as it is", { collection: driver.collectionName, keys });
        return false;
      }
    },
  };
}

/** Each kind by itself; and those that wait for the journal do not keep the others waiting. */
function groupsOf(collection: DriverCollection<DriverDocument>) {
  const make = () => {
    const durable = new WriteGroups({ collection, options: concern({ durable: true }) });
    const others = new WriteGroups({ collection });
    return (options: WriteOptions) => (options.durable ? durable : others);
  };
  return { insertions: make(), upserts: make() };
}

function concern(options: WriteOptions | undefined) {
  return options?.durable ? ({ writeConcern: { w: "majority", j: true } } as const) : {};
}

function upsert(options: { readonly upsert?: boolean } | undefined) {
  return options?.upsert ? { upsert: true } : {};
}
