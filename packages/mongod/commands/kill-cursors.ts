import { Long } from "bson";
import { field, requiredArray } from "../arguments.ts";
import type { Command } from "./command.ts";
import { cursorIdOf } from "./get-more.ts";

export const killCursors: Command = {
  help: "Closes cursors",
  privileges: ({ db, body }) => [
    { resource: { db, collection: String(body.killCursors) }, actions: ["find"] },
  ],
  run({ body, instance }) {
    const ids = requiredArray(field(body, "cursors", "killCursors")).map(cursorIdOf);
    const cursorsKilled: Long[] = [];
    const cursorsNotFound: Long[] = [];
    for (const id of ids) {
      (instance.cursors.close(id) ? cursorsKilled : cursorsNotFound).push(Long.fromBigInt(id));
    }
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
  },
};
