import { MongoError } from "../errors.ts";
import { type Command, onCollection } from "./command.ts";
import { collectionOf, namespaceOf } from "./namespace.ts";

export const drop: Command = {
  help: "Drops a collection",
  privileges: onCollection("dropCollection"),
  writes: true,
  run(call) {
    const collection = collectionOf(call);
    if (!collection) return { ok: 1 };
    const ns = namespaceOf(call);
    if (ns === "admin.system.version") throw new MongoError("IllegalOperation", `can't drop ${ns}`);
    const nIndexesWas = collection.indexes.length;
    call.instance.catalog.drop(collection);
    if (ns.startsWith("admin.system.")) call.instance.control.reload();
    return { nIndexesWas, ns, ok: 1 };
  },
};
