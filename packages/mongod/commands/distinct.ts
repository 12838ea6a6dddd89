import type { Document } from "bson";
import { field, optionalDocument, requiredString } from "../arguments.ts";
import { decodeElement } from "../bson/codec.ts";
import { type Element, types } from "../bson/element.ts";
import { keyOf } from "../bson/key.ts";
import type { StoredDocument } from "../collections/collection.ts";
import { type Path, parsePath, someAt } from "../query/path.ts";
import { rootElement } from "../query/predicates.ts";
import { finish, type Steps } from "../turns.ts";
import { type Command, onCollection } from "./command.ts";
import { documentsOf } from "./find.ts";
import { collectionOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";

export const distinct: Command = {
  help: "The different values of a field",
  privileges: onCollection("find"),
  run(call) {
    const { body } = call;
    refuseCollation(body);
    const path = parsePath(requiredString(field(body, "key", "distinct")));
    const filter = optionalDocument(field(body, "query", "distinct")) ?? {};
    return finish(valuesAt(path, documentsOf(collectionOf(call), { filter }, call)));
  },
};

function* valuesAt(path: Path, documents: Iterable<StoredDocument | undefined>): Steps<Document> {
  const found = new Map<string, { key: Uint8Array; element: Element }>();
  const note = (element: Element | undefined): boolean => {
    if (element && element.type !== types.array) {
      const key = keyOf(element);
      const name = Buffer.from(key).toString("latin1");
      if (!found.has(name)) found.set(name, { key, element });
    }
    return false;
  };
  for (const document of documents) {
    if (document) someAt(rootElement(document.bytes), path, { test: note, expand: true });
    else yield undefined;
  }
  const values = [...found.values()].sort((a, b) => Buffer.compare(a.key, b.key));
  return { values: values.map(({ element }) => decodeElement(element)), ok: 1 };
}
