import { type Document, Long } from "bson";
import { accessOf } from "../access/client-access.ts";
import { field, optionalBoolean, optionalDocument } from "../arguments.ts";
import { encode } from "../bson/codec.ts";
import { compileFilter } from "../query/filter.ts";
import { rootElement } from "../query/predicates.ts";
import { type Call, type Command, noPrivileges } from "./command.ts";

export const listDatabases: Command = {
  help: "The databases of the server, or those that the user may see",
  privileges: noPrivileges,
  adminOnly: true,
  run(call) {
    const { body } = call;
    const filter = optionalDocument(field(body, "filter", "listDatabases")) ?? {};
    const nameOnly = optionalBoolean(field(body, "nameOnly", "listDatabases")) ?? false;
    const matches = compileFilter(filter);
    const databases = visible(call)
      .map((name) => (nameOnly ? { name } : describe(name, call)))
      .filter((description) => matches(rootElement(encode(description))));
    if (nameOnly) return { databases, ok: 1 };
    const totalSize = databases.reduce(
      (sum, { sizeOnDisk = 0 }: Document) => sum + Number(sizeOnDisk),
      0,
    );
    return {
      databases,
      totalSize: Long.fromNumber(totalSize),
      totalSizeMb: Long.fromNumber(Math.floor(totalSize / 1_048_576)),
      ok: 1,
    };
  },
};

function visible({ client, instance, body }: Call): string[] {
  const all = instance.catalog.databases();
  const access = accessOf(client, instance.control);
  const seesAll = access.allows([{ resource: { cluster: true }, actions: ["listDatabases"] }]);
  if (seesAll && body.authorizedDatabases !== true) return all;
  return all.filter((name) => access.touchesDatabase(name));
}

function describe(name: string, { instance }: Call): Document {
  const collections = instance.catalog.inDatabase(name);
  const size = collections.reduce((sum, collection) => sum + collection.dataSize, 0);
  return { name, sizeOnDisk: Long.fromNumber(size), empty: collections.length === 0 };
}
