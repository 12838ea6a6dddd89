import { ObjectId } from "bson";
import { type Element, fieldsOf, findField, types } from "../bson/element.ts";
import { MongoError } from "../errors.ts";

const idName = Buffer.from("_id");

/** The document with its `_id` as its first field, made if there is none. */
export function withIdFirst(document: Uint8Array): Uint8Array {
  const id = findField(document, 0, idName);
  if (id) refuseBadId(id);
  if (id?.start === 4 + 1 + idName.length + 1) return document;
  const fields: Uint8Array[] = [id ? field(id) : newId()];
  for (const [name, element] of fieldsOf(document)) {
    if (name === "_id") continue;
    const start = element.start - Buffer.byteLength(name) - 2;
    fields.push(document.subarray(start, element.end));
  }
  const body = Buffer.concat(fields);
  const result = Buffer.allocUnsafe(body.length + 5);
  result.writeInt32LE(result.length, 0);
  result.set(body, 4);
  result[result.length - 1] = 0;
  return result;
}

function field({ type, bytes, start, end }: Element): Uint8Array {
  return Buffer.concat([Uint8Array.of(type), idName, Uint8Array.of(0), bytes.subarray(start, end)]);
}

function newId(): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(types.objectId),
    idName,
    Uint8Array.of(0),
    new ObjectId().id,
  ]);
}

function refuseBadId({ type, bytes, start }: Element): void {
  if (type === types.array)
    throw new MongoError("InvalidIdField", "The '_id' value cannot be of type array");
  if (type === types.regex)
    throw new MongoError("InvalidIdField", "The '_id' value cannot be of type regex");
  if (type === types.undefined) {
    throw new MongoError("InvalidIdField", "The '_id' value cannot be of type undefined");
  }
  if (type !== types.object) return;
  for (const [name] of fieldsOf(bytes, start)) {
    if (!name.startsWith("$")) continue;
    const text = `The '_id' value cannot have fields whose names begin with '$': ${name}`;
    throw new MongoError("DollarPrefixedFieldName", text);
  }
}
