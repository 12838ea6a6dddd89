import { Long } from "bson";
import { userNames } from "../access/client-access.ts";
import { field, optionalCount, requiredString, toNumber, typeName } from "../arguments.ts";
import { cursorReply } from "../cursors/reply.ts";
import { MongoError } from "../errors.ts";
import type { Command } from "./command.ts";

export const getMore: Command = {
  help: "Gets the next documents of a cursor",
  privileges: ({ db, body }) => [
    { resource: { db, collection: String(body.collection) }, actions: ["find"] },
  ],
  run({ db, body, client, instance }) {
    instance.counters.operations.getmore += 1;
    const id = cursorIdOf(body.getMore);
    const collection = requiredString(field(body, "collection", "getMore"));
    const batchSize = optionalCount(field(body, "batchSize", "getMore"));
    const cursor = instance.cursors.get(id);
    const namespace = `${db}.${collection}`;
    if (cursor.namespace !== namespace) {
      throw new MongoError(
        "Unauthorized",
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different ` +
          `namespace ${cursor.namespace}`,
      );
    }
    if (cursor.owner !== userNames(client, instance.control)) {
      const text = `cursor id ${id} was not created by the authenticated user`;
      throw new MongoError("Unauthorized", text);
    }
    try {
      cursor.checkAlive();
      const documents = cursor.source.take(batchSize || Number.POSITIVE_INFINITY);
      const more = cursor.source.hasMore;
      if (!more) instance.cursors.close(id);
      return cursorReply({ batchName: "nextBatch", documents, id: more ? id : 0n, namespace });
    } catch (error) {
      instance.cursors.close(id);
      throw error;
    }
  },
};

/** A cursor's id as it comes from drivers: a long, or a number. */
export function cursorIdOf(value: unknown): bigint {
  if (Long.isLong(value)) return value.toBigInt();
  const number = toNumber(value);
  if (number !== undefined && Number.isInteger(number)) return BigInt(number);
  const text = `BSON field 'getMore.getMore' is the wrong type '${typeName(value)}', expected type 'long'`;
  throw new MongoError("TypeMismatch", text);
}
