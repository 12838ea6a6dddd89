import type { Document } from "bson";
import { stageName } from "../aggregate/stages.ts";
import { isDocument } from "../arguments.ts";
import { sameBytes } from "../bson/bytes.ts";
import { decode, encode } from "../bson/codec.ts";
import { databaseOf } from "../collections/catalog.ts";
import type { Collection } from "../collections/collection.ts";
import { withIdFirst } from "../collections/document-id.ts";
import { MongoError } from "../errors.ts";
import { find } from "../query/execute.ts";
import type { Steps, Turns } from "../turns.ts";
import type { Call } from "./command.ts";
import { insertAll } from "./insert.ts";
import { insertOne } from "./update.ts";

interface Output {
  readonly stage: Document;
  /** `undefined` stands where others have their turn. */
  readonly documents: Iterable<Uint8Array | undefined>;
  readonly turns: Turns;
}

/** `$out` and `$merge` write what the pipeline gives instead of returning it. */
export function writesResults(stage: Document): boolean {
  return ["$out", "$merge"].includes(stageName(stage));
}

/** Nothing is written before everything is worked out. */
export function* writeResults(call: Call, output: Output): Steps<void> {
  if (stageName(output.stage) === "$out") yield* replaceAll(call, output);
  else yield* merge(call, output);
}

function* workedOut({ documents }: Output): Steps<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for (const document of documents) {
    if (document) all.push(document);
    else yield undefined;
  }
  return all;
}

/**
 * The collection is replaced as a whole, once everything has been worked out; its indexes stay.
 * Throws CommandFailed if others have changed those meanwhile.
 */
function* replaceAll({ db, instance }: Call, output: Output): Steps<void> {
  const { catalog } = instance;
  const namespace = targetOf(db, output.stage.$out);
  const indexes = indexesOf(catalog.get(namespace));
  const all = yield* workedOut(output);
  const temporary = catalog.createTemporary(databaseOf(namespace));
  const collection = () => {
    temporary.requireThere();
    return temporary;
  };
  try {
    for (const index of indexes) catalog.addIndex(temporary, index);
    const inserting = { collection, ordered: true, turns: output.turns };
    const [failed] = (yield* insertAll(all, inserting)).failures;
    if (failed) throw failed.error;
    const target = catalog.get(namespace);
    requireSame(indexes, indexesOf(target), namespace);
    catalog.rename(collection(), namespace, target);
  } catch (error) {
    catalog.drop(temporary);
    throw error;
  }
}

/** All but that on `_id`, as they were asked for. */
function indexesOf(collection: Collection | undefined) {
  return (collection?.indexes ?? []).slice(1).map(({ entry }) => {
    const { id: _id, multikey: _multikey, ...wanted } = entry;
    return wanted;
  });
}

function requireSame(before: Document[], now: Document[], namespace: string): void {
  if (sameBytes(encode({ indexes: before }), encode({ indexes: now }))) return;
  const text = `indexes of target collection ${namespace} changed during processing.`;
  throw new MongoError("CommandFailed", text);
}

function targetOf(db: string, target: unknown): string {
  if (typeof target === "string") return `${db}.${target}`;
  if (isDocument(target) && typeof target.coll === "string")
    return `${target.db ?? db}.${target.coll}`;
  throw new MongoError("Location16990", "$out only supports a string or object argument");
}

function* merge({ db, instance }: Call, output: Output): Steps<void> {
  const { stage, turns } = output;
  const given: unknown = stage.$merge;
  const spec: Document = isDocument(given) ? given : { into: given };
  const { whenMatched = "merge", whenNotMatched = "insert" } = spec;
  const on: string[] = [spec.on ?? "_id"].flat();
  const known = ["replace", "keepExisting", "merge", "fail"].includes(whenMatched);
  if (!known || !["insert", "discard", "fail"].includes(whenNotMatched)) {
    throw new MongoError("BadValue", "$merge: this way to merge is not supported by this server");
  }
  const target = targetOf(db, spec.into);
  for (const bytes of yield* workedOut(output)) {
    if (turns.isOver()) {
      yield undefined;
      turns.begin();
    }
    const collection = instance.catalog.getOrCreate(target);
    const document = decode(withIdFirst(bytes));
    const filter = Object.fromEntries(on.map((name) => [name, document[name]]));
    const [stored] = find(collection, { filter, limit: 1 });
    if (!stored && whenNotMatched === "insert") insertOne(collection, encode(document));
    if (!stored && whenNotMatched === "fail") {
      throw new MongoError(
        "MergeStageNoMatchingDocument",
        "$merge could not find a matching document in the target collection",
      );
    }
    if (!stored || whenMatched === "keepExisting") continue;
    if (whenMatched === "fail")
      throw new MongoError("DuplicateKey", "$merge found a document that is there already");
    const old = decode(stored.bytes);
    const merged =
      whenMatched === "merge"
        ? { ...old, ...document, _id: old._id }
        : { ...document, _id: old._id };
    collection.replace(stored, encode(merged));
  }
}
