import type { Document } from "bson";
import { stageName } from "../aggregate/stages.ts";
import { isDocument } from "../arguments.ts";
import { decode, encode } from "../bson/codec.ts";
import { withIdFirst } from "../collections/document-id.ts";
import { MongoError } from "../errors.ts";
import { find } from "../query/execute.ts";
import { visit } from "../turns.ts";
import type { Call } from "./command.ts";
import { insertOne } from "./update.ts";

interface Output {
  readonly stage: Document;
  /** `undefined` stands where others have their turn. */
  readonly documents: Iterable<Uint8Array | undefined>;
}

/** `$out` and `$merge` write what the pipeline gives instead of returning it. */
export function writesResults(stage: Document): boolean {
  return ["$out", "$merge"].includes(stageName(stage));
}

/** A promise only where others had a turn. Nothing is written before everything is worked out. */
export function writeResults(call: Call, { stage, documents }: Output): undefined | Promise<void> {
  const all: Uint8Array[] = [];
  const write = () =>
    stageName(stage) === "$out" ? replaceAll(call, { stage, all }) : merge(call, { stage, all });
  const collected = visit(documents, (document) => all.push(document));
  return collected ? collected.then(write) : write();
}

interface Results {
  readonly stage: Document;
  readonly all: readonly Uint8Array[];
}

/** The collection is replaced as a whole, once everything has been worked out; its indexes stay. */
function replaceAll({ db, instance }: Call, { stage, all }: Results): undefined {
  const namespace = targetOf(db, stage.$out);
  const existing = instance.catalog.get(namespace);
  const temporary = instance.catalog.create(`${namespace}.tmp.out`);
  try {
    for (const { entry } of existing?.indexes.slice(1) ?? []) {
      const { id: _id, multikey: _multikey, ...wanted } = entry;
      instance.catalog.addIndex(temporary, wanted);
    }
    const [failed] = temporary.insert(all).errors;
    if (failed) throw failed.error;
    instance.catalog.rename(temporary, namespace, existing);
  } catch (error) {
    instance.catalog.drop(temporary);
    throw error;
  }
}

function targetOf(db: string, target: unknown): string {
  if (typeof target === "string") return `${db}.${target}`;
  if (isDocument(target) && typeof target.coll === "string")
    return `${target.db ?? db}.${target.coll}`;
  throw new MongoError("Location16990", "$out only supports a string or object argument");
}

function merge({ db, instance }: Call, { stage, all }: Results): undefined {
  const given: unknown = stage.$merge;
  const spec: Document = isDocument(given) ? given : { into: given };
  const { whenMatched = "merge", whenNotMatched = "insert" } = spec;
  const on: string[] = [spec.on ?? "_id"].flat();
  const known = ["replace", "keepExisting", "merge", "fail"].includes(whenMatched);
  if (!known || !["insert", "discard", "fail"].includes(whenNotMatched)) {
    throw new MongoError("BadValue", "$merge: this way to merge is not supported by this server");
  }
  const collection = instance.catalog.getOrCreate(targetOf(db, spec.into));
  for (const bytes of all) {
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
