import type { Document } from "bson";
import { stageName } from "../aggregate/stages.ts";
import { isDocument } from "../arguments.ts";
import { decode, encode } from "../bson/codec.ts";
import { databaseOf } from "../collections/catalog.ts";
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
export function* writeResults(call: Call, { stage, documents, turns }: Output): Steps<void> {
  const all: Uint8Array[] = [];
  for (const document of documents) {
    if (document) all.push(document);
    else yield undefined;
  }
  const write = stageName(stage) === "$out" ? replaceAll : merge;
  yield* write(call, { stage, all, turns });
}

interface Results {
  readonly stage: Document;
  readonly all: readonly Uint8Array[];
  readonly turns: Turns;
}

/** The collection is replaced as a whole, once everything has been worked out; its indexes stay. */
function* replaceAll({ db, instance }: Call, { stage, all, turns }: Results): Steps<void> {
  const { catalog } = instance;
  const namespace = targetOf(db, stage.$out);
  const temporary = catalog.createTemporary(databaseOf(namespace));
  const collection = () => {
    temporary.requireThere();
    return temporary;
  };
  try {
    for (const { entry } of catalog.get(namespace)?.indexes.slice(1) ?? []) {
      const { id: _id, multikey: _multikey, ...wanted } = entry;
      catalog.addIndex(temporary, wanted);
    }
    const inserted = yield* insertAll(all, { collection, ordered: true, turns });
    const [failed] = inserted.failures;
    if (failed) throw failed.error;
    catalog.rename(collection(), namespace, catalog.get(namespace));
  } catch (error) {
    catalog.drop(temporary);
    throw error;
  }
}

function targetOf(db: string, target: unknown): string {
  if (typeof target === "string") return `${db}.${target}`;
  if (isDocument(target) && typeof target.coll === "string")
    return `${target.db ?? db}.${target.coll}`;
  throw new MongoError("Location16990", "$out only supports a string or object argument");
}

function* merge({ db, instance }: Call, { stage, all, turns }: Results): Steps<void> {
  const given: unknown = stage.$merge;
  const spec: Document = isDocument(given) ? given : { into: given };
  const { whenMatched = "merge", whenNotMatched = "insert" } = spec;
  const on: string[] = [spec.on ?? "_id"].flat();
  const known = ["replace", "keepExisting", "merge", "fail"].includes(whenMatched);
  if (!known || !["insert", "discard", "fail"].includes(whenNotMatched)) {
    throw new MongoError("BadValue", "$merge: this way to merge is not supported by this server");
  }
  const target = targetOf(db, spec.into);
  for (const bytes of all) {
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
