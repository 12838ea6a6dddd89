import type { Document } from "bson";
import {
  field,
  isDocument,
  optionalBoolean,
  optionalDocument,
  optionalNumber,
  optionalString,
  requiredArray,
  requiredDocument,
  toNumber,
} from "../arguments.ts";
import { sameBytes } from "../bson/bytes.ts";
import { encode } from "../bson/codec.ts";
import { textOf } from "../bson/text.ts";
import type { Collection } from "../collections/collection.ts";
import type { IndexEntry } from "../collections/index-spec.ts";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { encodedKey } from "../query/plan.ts";
import { compilePredicate } from "../query/predicates.ts";
import { finish, type Steps, Turns } from "../turns.ts";
import { type Call, type Command, onCollection } from "./command.ts";
import { collectionOf, collectionToWrite } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";

type Wanted = Omit<IndexEntry, "id" | "multikey">;

const known = new Set([
  "key",
  "name",
  "unique",
  "sparse",
  "background",
  "expireAfterSeconds",
  "hidden",
  "v",
  "ns",
  "partialFilterExpression",
  "collation",
  "storageEngine",
  "clustered",
  "dropDups",
  "prepareUnique",
]);

export const createIndexes: Command = {
  help: "Creates indexes",
  privileges: onCollection("createIndex"),
  writes: true,
  run(call) {
    const wanted = requiredArray(field(call.body, "indexes", "createIndexes")).map(parse);
    if (wanted.length === 0)
      throw new MongoError("BadValue", "Must specify at least one index to create");
    return finish(build(call, wanted));
  },
};

/** One build a collection: a second waits, for it may be about the same index. */
function* build(call: Call, wanted: readonly Wanted[]): Steps<Document> {
  const turns = new Turns(call.checkInterrupt);
  while (collectionOf(call)?.isBuilding) {
    yield undefined;
    turns.begin();
  }
  const createdCollectionAutomatically = collectionOf(call) === undefined;
  const collection = collectionToWrite(call);
  const numIndexesBefore = collection.indexes.length;
  const added = wanted.filter((index) => isNew(collection, index));
  if (numIndexesBefore + added.length > limits.indexesMax) {
    throw new MongoError(
      "CannotCreateIndex",
      `add index fails, too many indexes for ${collection.namespace}`,
    );
  }
  for (const index of added) yield* call.instance.catalog.addIndexInSteps(collection, index, turns);
  const numIndexesAfter = collection.indexes.length;
  const note = added.length === 0 ? { note: "all indexes already exist" } : {};
  return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically, ...note, ok: 1 };
}

function parse(spec: unknown): Wanted {
  if (!isDocument(spec))
    throw new MongoError("TypeMismatch", "The 'indexes' must be an array of documents");
  const unknown = Object.keys(spec).find((name) => !known.has(name));
  if (unknown) {
    const text = `The field '${unknown}' is not valid for an index specification. Specification: ${textOf(spec)}`;
    throw new MongoError("InvalidIndexSpecificationOption", text);
  }
  refuseCollation(spec);
  const at = (name: string) => field(spec, name, "createIndexes.indexes");
  const key = requiredDocument(at("key"));
  checkKey(key);
  const partial = optionalDocument(at("partialFilterExpression"));
  if (partial) checkPartial(partial);
  const sparse = optionalBoolean(at("sparse")) ?? false;
  if (partial && sparse) {
    throw new MongoError(
      "CannotCreateIndex",
      'cannot mix "partialFilterExpression" and "sparse" options',
    );
  }
  const expireAfterSeconds = optionalNumber(at("expireAfterSeconds"));
  if (expireAfterSeconds !== undefined) checkExpiry(key, expireAfterSeconds);
  return {
    key,
    name: optionalString(at("name")) ?? defaultName(key),
    unique: optionalBoolean(at("unique")) ?? false,
    sparse,
    hidden: optionalBoolean(at("hidden")) ?? false,
    ...(partial ? { partialFilterExpression: partial } : {}),
    ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
  };
}

function checkPartial(filter: Document): void {
  try {
    compilePredicate(filter);
  } catch (error) {
    const reason = error instanceof MongoError ? error.message : String(error);
    throw new MongoError("CannotCreateIndex", `unsupported expression in partial index: ${reason}`);
  }
}

function checkKey(key: Document): void {
  const fields = Object.entries(key);
  if (fields.length === 0)
    throw new MongoError("CannotCreateIndex", "Index keys cannot be an empty object");
  if (fields.length > limits.compoundFieldsMax) {
    throw new MongoError(
      "Location13103",
      `too many compound keys, at most ${limits.compoundFieldsMax}`,
    );
  }
  for (const [name, direction] of fields) {
    if (name === "" || name.startsWith("$") || name.includes("$**")) {
      throw new MongoError(
        "CannotCreateIndex",
        `Index key contains an illegal field name: '${name}'`,
      );
    }
    const number = toNumber(direction);
    if (typeof direction === "string") {
      const text = `index type '${direction}' is not supported by this server (only 1 and -1 are)`;
      throw new MongoError("CannotCreateIndex", text);
    }
    if (number === undefined || number === 0) {
      const text = `Values in v:2 index key pattern cannot be 0 or of another type than number: ${textOf(key)}`;
      throw new MongoError("CannotCreateIndex", text);
    }
  }
}

function checkExpiry(key: Document, seconds: number): void {
  if (Object.keys(key).length > 1) {
    const text = `TTL indexes are single-field indexes, compound indexes do not support TTL. Index spec: ${textOf(key)}`;
    throw new MongoError("CannotCreateIndex", text);
  }
  if (seconds < 0 || seconds > 2_147_483_647) {
    throw new MongoError(
      "CannotCreateIndex",
      "TTL index 'expireAfterSeconds' option must be within an acceptable range",
    );
  }
}

function defaultName(key: Document): string {
  return Object.entries(key)
    .map(([name, direction]) => `${name}_${toNumber(direction)}`)
    .join("_");
}

/** False if the very same index is there; throws if one is that differs only in part. */
function isNew(collection: Collection, wanted: Wanted): boolean {
  const key = encodedKey(wanted.key);
  if (sameBytes(key, encodedKey({ _id: 1 }))) return false;
  for (const { entry } of collection.indexes) {
    const sameKey = sameBytes(encodedKey(entry.key), key);
    const sameName = entry.name === wanted.name;
    if (!sameKey && !sameName) continue;
    const sameOptions = sameBytes(optionsOf(entry), optionsOf(wanted));
    if (sameKey && sameName && sameOptions) return false;
    throw conflict(entry, wanted, { sameKey, sameName });
  }
  return true;
}

function optionsOf({
  unique,
  sparse,
  partialFilterExpression,
  expireAfterSeconds,
}: Wanted): Uint8Array {
  return encode({ unique, sparse, partialFilterExpression, expireAfterSeconds });
}

function conflict(
  existing: IndexEntry,
  wanted: Wanted,
  { sameKey, sameName }: { sameKey: boolean; sameName: boolean },
): MongoError {
  const requested = textOf(describe(wanted));
  if (sameKey && !sameName) {
    return new MongoError(
      "IndexOptionsConflict",
      `Index already exists with a different name: ${existing.name}`,
    );
  }
  const text =
    "An existing index has the same name as the requested index. When index names are not " +
    "specified, they are auto generated and can cause conflicts. Please refer to our documentation. " +
    `Requested index: ${requested}, existing index: ${textOf(describe(existing))}`;
  return new MongoError("IndexKeySpecsConflict", text);
}

function describe({ key, name, unique, sparse }: Wanted): Document {
  return { v: 2, ...(unique ? { unique } : {}), ...(sparse ? { sparse } : {}), key, name };
}
