import type { Document } from "bson";
import { validateDocument } from "../bson/validate.ts";
import type { Collection } from "../collections/collection.ts";
import { keysFor } from "../collections/index-keys.ts";
import type { Index } from "../collections/index-spec.ts";
import { type Command, onCollection } from "./command.ts";
import { existingCollection, namespaceOf } from "./namespace.ts";

export const validate: Command = {
  help: "Checks every document of a collection, and that its indexes hold what they should",
  privileges: onCollection("validate"),
  run(call) {
    const ns = namespaceOf(call);
    const collection = existingCollection(call, `Collection '${ns}' does not exist to validate.`);
    const { nrecords, nInvalidDocuments, errors } = checkDocuments(collection);
    const indexes = collection.indexes.map((index) => checkIndex(collection, index));
    errors.push(...indexes.flatMap((index) => index.errors));
    return {
      ns,
      nInvalidDocuments,
      nrecords,
      nIndexes: indexes.length,
      keysPerIndex: Object.fromEntries(indexes.map(({ name, keys }) => [name, keys])),
      indexDetails: Object.fromEntries(
        indexes.map(({ name, errors: found }) => [name, { valid: found.length === 0 }]),
      ),
      valid: errors.length === 0,
      repaired: false,
      warnings: [],
      errors,
      extraIndexEntries: [],
      missingIndexEntries: [],
      corruptRecords: [],
      ok: 1,
    };
  },
};

function checkDocuments(collection: Collection) {
  const errors: string[] = [];
  let nrecords = 0;
  let nInvalidDocuments = 0;
  for (const { bytes, recordId } of collection.scan()) {
    nrecords += 1;
    try {
      validateDocument(bytes);
    } catch (error) {
      nInvalidDocuments += 1;
      errors.push(`record ${recordId}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { nrecords, nInvalidDocuments, errors };
}

interface Checked extends Document {
  readonly name: string;
  readonly keys: number;
  readonly errors: readonly string[];
}

/** The index must hold exactly the keys that the documents have. */
function checkIndex(collection: Collection, index: Index): Checked {
  let wanted = 0;
  const errors: string[] = [];
  for (const { bytes, recordId } of collection.scan()) {
    if (!collection.belongs(index, bytes)) continue;
    for (const key of keysFor(index, bytes).keys) {
      wanted += 1;
      if (!collection.hasEntry(index, { key: key.bytes, recordId })) {
        errors.push(`index ${index.entry.name} has no entry for record ${recordId}`);
      }
    }
  }
  const keys = collection.countEntries(index);
  if (keys !== wanted)
    errors.push(`index ${index.entry.name} has ${keys} entries for ${wanted} keys`);
  return { name: index.entry.name, keys, errors };
}
