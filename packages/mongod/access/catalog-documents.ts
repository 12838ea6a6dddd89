import { decode, encode } from "../bson/codec.ts";
import { keyOfValue } from "../bson/key.ts";
import type { Catalog } from "../collections/catalog.ts";
import type { StoredDocument } from "../collections/collection.ts";
import type { AccessCollection, AccessDocuments } from "./documents.ts";

/** Keeps users and roles where MongoDB does: in collections of the database `admin`. */
export function createCatalogDocuments(catalog: Catalog): AccessDocuments {
  const find = (collection: AccessCollection, id: string): StoredDocument | undefined =>
    catalog.get(`admin.${collection}`)?.findById(keyOfValue(id));

  return {
    *all(name) {
      const collection = catalog.get(`admin.${name}`);
      if (!collection) return;
      for (const { bytes } of collection.scan()) yield decode(bytes);
    },
    put(name, document) {
      const collection = catalog.getOrCreate(`admin.${name}`);
      const stored = find(name, document._id);
      if (stored) return collection.replace(stored, encode(document));
      const [failed] = collection.insert([encode(document)]).errors;
      if (failed) throw failed.error;
    },
    remove(name, id) {
      const stored = find(name, id);
      if (stored) catalog.get(`admin.${name}`)?.remove([stored]);
    },
  };
}
