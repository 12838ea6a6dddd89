import { Long } from "bson";
import { userNames } from "../access/client-access.ts";
import { field, optionalCount, requiredString, toNumber, typeName } from "../arguments.ts";
import type { CursorBatch, OpenCursor } from "../cursors/cursors.ts";
import { cursorReply } from "../cursors/reply.ts";
import { MongoError } from "../errors.ts";
import type { Call, Command } from "./command.ts";

export const getMore: Command = {
  help: "Gets the next documents of a cursor",
  privileges: ({ db, body }) => [
    { resource: { db, collection: String(body.collection) }, actions: ["find"] },
  ],
  run(call) {
    const { db, body, client, instance } = call;
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
    if (cursor.isInUse) {
      throw new MongoError("CursorInUse", `cursor id ${id} is already in use`);
    }
    return nextBatch(call, { cursor, batchSize });
  },
};

interface Reading {
  readonly cursor: OpenCursor;
  readonly batchSize: number | undefined;
}

/** A cursor that fails is closed. */
function nextBatch(
  { instance, checkInterrupt }: Call,
  { cursor, batchSize }: Reading,
): Uint8Array | Promise<Uint8Array> {
  const { id, namespace, source } = cursor;
  const reply = ({ documents, hasMore }: CursorBatch) => {
    cursor.isInUse = false;
    cursor.usedAtMs = instance.cursors.nowMs();
    if (!hasMore) instance.cursors.close(id);
    return cursorReply({ batchName: "nextBatch", documents, id: hasMore ? id : 0n, namespace });
  };
  const fail = (error: unknown): never => {
    instance.cursors.close(id);
    throw error;
  };
  try {
    cursor.checkAlive();
    cursor.turns?.goOnFor(checkInterrupt);
    const batch = source.take(batchSize || Number.POSITIVE_INFINITY, cursor.checkAlive);
    if (!(batch instanceof Promise)) return reply(batch);
    cursor.isInUse = true;
    return batch.then(reply).catch(fail);
  } catch (error) {
    return fail(error);
  }
}

/** A cursor's id as it comes from drivers: a long, or a number. */
export function cursorIdOf(value: unknown): bigint {
  if (Long.isLong(value)) return value.toBigInt();
  const number = toNumber(value);
  if (number !== undefined && Number.isInteger(number)) return BigInt(number);
  const text = `BSON field 'getMore.getMore' is the wrong type '${typeName(value)}', expected type 'long'`;
  throw new MongoError("TypeMismatch", text);
}
