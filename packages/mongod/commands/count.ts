import type { Document } from "bson";
import { field, optionalCount, optionalDocument, optionalNumber } from "../arguments.ts";
import { finish, type Steps } from "../turns.ts";
import { type Command, onCollection } from "./command.ts";
import { documentsOf, emptyAsNone } from "./find.ts";
import { collectionOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";

export const count: Command = {
  help: "Counts documents",
  privileges: onCollection("find"),
  run(call) {
    const { body } = call;
    refuseCollation(body);
    const collection = collectionOf(call);
    const filter = optionalDocument(field(body, "query", "count")) ?? {};
    const skip = optionalCount(field(body, "skip", "count")) ?? 0;
    const limit = Math.abs(optionalNumber(field(body, "limit", "count")) ?? 0);
    if (Object.keys(filter).length === 0) {
      const rest = Math.max(0, (collection?.count ?? 0) - skip);
      return { n: limit > 0 ? Math.min(limit, rest) : rest, ok: 1 };
    }
    const query = { filter, skip, limit, hint: emptyAsNone(body.hint) };
    return finish(countAll(documentsOf(collection, query, call)));
  },
};

function* countAll(documents: Iterable<unknown>): Steps<Document> {
  let n = 0;
  for (const document of documents) {
    if (document) n += 1;
    else yield undefined;
  }
  return { n, ok: 1 };
}
