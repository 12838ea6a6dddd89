import type { Document } from "bson";
import { field, optionalArray, optionalBoolean, optionalDocument } from "../arguments.ts";
import { sameBytes } from "../bson/bytes.ts";
import { decode } from "../bson/codec.ts";
import type { Collection, StoredDocument } from "../collections/collection.ts";
import { MongoError } from "../errors.ts";
import { firstToWrite } from "../query/find-to-write.ts";
import { compileProjection } from "../query/projection.ts";
import { finish, type Steps, Turns } from "../turns.ts";
import { compileUpdate } from "../update/update.ts";
import type { Call, Command } from "./command.ts";
import { emptyAsNone } from "./find.ts";
import { collectionOf, collectionToWrite, namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";
import { insertOne } from "./update.ts";

export const findAndModify: Command = {
  help: "Changes or removes one document and returns it",
  privileges: (call) => {
    const { remove, upsert } = call.body;
    const actions = remove ? ["find", "remove"] : ["find", "update", ...(upsert ? ["insert"] : [])];
    return [{ resource: { db: call.db, collection: String(call.body[call.name]) }, actions }];
  },
  writes: true,
  run(call) {
    refuseCollation(call.body);
    namespaceOf(call);
    return finish(findAndWrite(call));
  },
};

function* findAndWrite(call: Call): Steps<Document> {
  const options = parse(call);
  const { filter, sort, hint, variables } = options;
  const collection = options.upsert ? collectionToWrite(call) : collectionOf(call);
  const query = { filter, sort, hint, variables, turns: new Turns(call.checkInterrupt) };
  const stored = collection && (yield* firstToWrite(collection, query));
  if (options.remove) return removeOne(collection, { stored, options });
  return modifyOne(collection, { stored, options });
}

interface Options {
  readonly filter: Document;
  readonly sort: Document | undefined;
  readonly hint: unknown;
  readonly change: unknown;
  readonly remove: boolean;
  readonly upsert: boolean;
  readonly returnNew: boolean;
  readonly fields: Document;
  readonly arrayFilters: readonly unknown[] | undefined;
  readonly variables: Document | undefined;
}

function parse({ body }: Call): Options {
  const at = (name: string) => field(body, name, "findAndModify");
  const remove = optionalBoolean(at("remove")) ?? false;
  const upsert = optionalBoolean(at("upsert")) ?? false;
  const returnNew = optionalBoolean(at("new")) ?? false;
  if (remove && body.update !== undefined) {
    throw new MongoError("FailedToParse", "Cannot specify both an update and remove=true");
  }
  if (remove && upsert) {
    throw new MongoError("FailedToParse", "Cannot specify both upsert=true and remove=true ");
  }
  if (remove && returnNew) {
    throw new MongoError(
      "FailedToParse",
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  }
  if (!remove && body.update === undefined) {
    throw new MongoError("FailedToParse", "Either an update or remove=true must be specified");
  }
  return {
    filter: optionalDocument(at("query")) ?? {},
    sort: optionalDocument(at("sort")),
    hint: emptyAsNone(body.hint),
    change: body.update,
    remove,
    upsert,
    returnNew,
    fields: optionalDocument(at("fields")) ?? optionalDocument(at("projection")) ?? {},
    arrayFilters: optionalArray(at("arrayFilters")),
    variables: optionalDocument(at("let")),
  };
}

interface Work {
  readonly stored: StoredDocument | undefined;
  readonly options: Options;
}

function removeOne(collection: Collection | undefined, { stored, options }: Work): Document {
  if (collection && stored) collection.remove([stored]);
  const value = stored ? projected(stored.bytes, options) : null;
  return { lastErrorObject: { n: stored ? 1 : 0 }, value, ok: 1 };
}

function modifyOne(collection: Collection | undefined, { stored, options }: Work): Document {
  const compiled = compileUpdate(options.change, options);
  if (stored && collection) {
    const changed = compiled.apply(stored.bytes);
    if (!sameBytes(changed, stored.bytes)) collection.replace(stored, changed);
    const value = projected(options.returnNew ? changed : stored.bytes, options);
    return { lastErrorObject: { n: 1, updatedExisting: true }, value, ok: 1 };
  }
  if (!options.upsert || !collection) {
    return { lastErrorObject: { n: 0, updatedExisting: false }, value: null, ok: 1 };
  }
  const document = compiled.insertion();
  insertOne(collection, document);
  const value = options.returnNew ? projected(document, options) : null;
  const upserted: unknown = decode(document)._id;
  return { lastErrorObject: { n: 1, updatedExisting: false, upserted }, value, ok: 1 };
}

function projected(bytes: Uint8Array, { fields, filter }: Options): Document {
  const project = compileProjection(fields, filter);
  return decode(project ? project(bytes) : bytes);
}
