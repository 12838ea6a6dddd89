import { field, optionalDocument, requiredString } from "../arguments.ts";
import { decodeElement } from "../bson/codec.ts";
import { type Element, types } from "../bson/element.ts";
import { keyOf } from "../bson/key.ts";
import { parsePath, someAt } from "../query/path.ts";
import { rootElement } from "../query/predicates.ts";
import { visit } from "../turns.ts";
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
    const found = new Map<string, { key: Uint8Array; element: Element }>();
    const note = (element: Element | undefined): boolean => {
      if (element && element.type !== types.array) {
        const key = keyOf(element);
        const name = Buffer.from(key).toString("latin1");
        if (!found.has(name)) found.set(name, { key, element });
      }
      return false;
    };
    const noted = visit(documentsOf(collectionOf(call), { filter }, call), ({ bytes }) => {
      someAt(rootElement(bytes), path, { test: note, expand: true });
    });
    const reply = () => {
      const values = [...found.values()].sort((a, b) => Buffer.compare(a.key, b.key));
      return { values: values.map(({ element }) => decodeElement(element)), ok: 1 };
    };
    return noted ? noted.then(reply) : reply();
  },
};
