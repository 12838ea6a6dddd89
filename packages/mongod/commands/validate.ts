import type { Document } from "bson";
import { sameBytes } from "../bson/bytes.ts";
import { validateDocument } from "../bson/validate.ts";
import type { Collection, StoredDocument } from "../collections/collection.ts";
import { keysFor } from "../collections/index-keys.ts";
import type { Index } from "../collections/index-spec.ts";
import { findInTurns } from "../query/execute.ts";
import { finish, type Steps, Turns } from "../turns.ts";
import { type Command, onCollection } from "./command.ts";
import { existingCollection, namespaceOf } from "./namespace.ts";

export const validate: Command = {
  help: "Checks every document of a collection, and that its indexes hold what they should",
  privileges: onCollection("validate"),
  run(call) {
    const ns = namespaceOf(call);
    const collection = existingCollection(call, `Collection '${ns}' does not exist to validate.`);
    return finish(check({ collection, turns: new Turns(call.checkInterrupt) }));
  },
};

interface Checking {
  readonly collection: Collection;
  readonly turns: Turns;
}

function* check(checking: Checking): Steps<Document> {
  const { collection } = checking;
  const { nrecords, nInvalidDocuments, errors } = yield* checkDocuments(checking);
  const indexes: Checked[] = [];
  for (const index of collection.indexes) {
    const checked = yield* checkIndex(index, checking);
    // One that was dropped meanwhile lacks entries, and nobody misses them.
    if (collection.indexes.some(({ entry }) => entry.id === index.entry.id)) indexes.push(checked);
  }
  errors.push(...indexes.flatMap((index) => index.errors));
  return {
    ns: collection.namespace,
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
}

function* checkDocuments({ collection, turns }: Checking) {
  const errors: string[] = [];
  let nrecords = 0;
  let nInvalidDocuments = 0;
  for (const document of findInTurns(collection, { filter: {}, turns })) {
    if (!document) {
      yield undefined;
      continue;
    }
    nrecords += 1;
    try {
      validateDocument(document.bytes);
    } catch (error) {
      nInvalidDocuments += 1;
      errors.push(`record ${document.recordId}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { nrecords, nInvalidDocuments, errors };
}

interface Checked {
  readonly name: string;
  readonly keys: number;
  readonly errors: readonly string[];
}

/**
 * The index must hold exactly the keys that the documents have. Others write meanwhile: what
 * seems wrong is looked at again, as it is now, before it is told.
 */
function* checkIndex(index: Index, { collection, turns }: Checking): Steps<Checked> {
  const { name } = index.entry;
  const errors: string[] = [];
  for (const document of findInTurns(collection, { filter: {}, turns })) {
    if (!document) yield undefined;
    else if (lacksEntry(collection, index, document)) {
      const { recordId } = document;
      const bytes = collection.get(recordId);
      if (!bytes || !lacksEntry(collection, index, { recordId, bytes })) continue;
      errors.push(`index ${name} has no entry for record ${recordId}`);
    }
  }
  let keys = 0;
  for (const entry of collection.entriesOf(index)) {
    keys += 1;
    const bytes = collection.get(entry.recordId);
    const isRight = bytes && hasKey(keysOf(collection, index, bytes), entry.key);
    if (!isRight && collection.hasEntry(index, entry)) {
      errors.push(`index ${name} has an entry that record ${entry.recordId} does not have`);
    }
    if (keys % 64 !== 0 || !turns.isOver()) continue;
    yield undefined;
    collection.requireThere();
    turns.begin();
  }
  return { name, keys, errors };
}

function lacksEntry(
  collection: Collection,
  index: Index,
  { recordId, bytes }: StoredDocument,
): boolean {
  return keysOf(collection, index, bytes).some(
    (key) => !collection.hasEntry(index, { key, recordId }),
  );
}

function keysOf(collection: Collection, index: Index, bytes: Uint8Array): Uint8Array[] {
  if (!collection.belongs(index, bytes)) return [];
  return keysFor(index, bytes).keys.map((key) => key.bytes);
}

function hasKey(keys: readonly Uint8Array[], key: Uint8Array): boolean {
  return keys.some((each) => sameBytes(each, key));
}
