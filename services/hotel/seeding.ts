import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Collection, Document } from "@faultline/stores/mongo";

/**
 * Inserts those documents whose `key` field has a value that no document of the collection has yet, so that
 * seeding again changes nothing. The documents carry fixed `_id`s: of two seeders at work at once, one finds
 * the other's document in its way and is content.
 */
export async function insertAbsent<T extends Document>(
  collection: Collection<T>,
  key: string,
  documents: readonly T[],
  scope: CallScope,
): Promise<void> {
  const values = documents.map((document) => document[key]);
  const projection = { [key]: 1 } as const;
  const found = await collection.find({ [key]: { $in: values } }, scope, { projection });
  const present = new Set(found.map((document) => document[key]));
  const absent = documents.filter((document) => !present.has(document[key]));
  if (absent.length === 0) return;
  try {
    await collection.insertMany(absent, scope);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    await insertOneByOne(collection, absent, scope);
  }
}

async function insertOneByOne<T extends Document>(
  collection: Collection<T>,
  documents: readonly T[],
  scope: CallScope,
): Promise<void> {
  for (const document of documents) {
    try {
      await collection.insertMany([document], scope);
    } catch (error) {
      // Another seeder has inserted it in the meantime.
      if (!isDuplicate(error)) throw error;
    }
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "alreadyExists";
}
