import { type Document, Long } from "bson";
import { userNames } from "../access/client-access.ts";
import { field, requiredArray } from "../arguments.ts";
import { type Call, type Command, onCluster } from "./command.ts";
import { cursorIdOf } from "./get-more.ts";

export const killCursors: Command = {
  help: "Closes cursors",
  privileges: (call) => (ownsAll(call) ? [] : onCluster("killAnyCursor")(call)),
  run({ body, instance }) {
    const ids = idsOf(body);
    const cursorsKilled: Long[] = [];
    const cursorsNotFound: Long[] = [];
    for (const id of ids) {
      (instance.cursors.close(id) ? cursorsKilled : cursorsNotFound).push(Long.fromBigInt(id));
    }
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
  },
};

function idsOf(body: Document): bigint[] {
  return requiredArray(field(body, "cursors", "killCursors")).map(cursorIdOf);
}

/** Whoever has opened a cursor may close it, whatever was taken from him since. */
function ownsAll({ body, client, instance }: Call): boolean {
  const user = userNames(client, instance.control);
  const ids = Array.isArray(body.cursors) ? idsOf(body) : [];
  return ids.every((id) => (instance.cursors.find(id)?.owner ?? user) === user);
}
