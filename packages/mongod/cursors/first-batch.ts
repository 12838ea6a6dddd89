import { userNames } from "../access/client-access.ts";
import type { Collection } from "../collections/collection.ts";
import type { Call } from "../commands/command.ts";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { PeekingSource } from "./cursors.ts";
import { cursorReply } from "./reply.ts";

export interface FirstBatch {
  readonly namespace: string;
  readonly documents: Iterable<Uint8Array>;
  readonly batchSize?: number | undefined;
  readonly singleBatch?: boolean;
  readonly immortal?: boolean;
  /** The cursor ends with an error if this collection is dropped. */
  readonly from?: Collection | undefined;
}

/** Replies with the first documents, and opens a cursor if there are more. */
export function firstBatch(call: Call, options: FirstBatch): Uint8Array {
  const { namespace, documents, batchSize = limits.firstBatchDefault, from } = options;
  const source = new PeekingSource(documents);
  const batch = source.take(batchSize);
  const base = { batchName: "firstBatch", documents: batch, namespace } as const;
  if (options.singleBatch || !source.hasMore) {
    source.close();
    return cursorReply({ ...base, id: 0n });
  }
  const { id } = call.instance.cursors.open({
    namespace,
    owner: userNames(call.client, call.instance.control),
    source,
    immortal: options.immortal ?? false,
    checkAlive: () => {
      if (!from || call.instance.catalog.get(from.namespace) === from) return;
      throw new MongoError("QueryPlanKilled", `collection dropped: ${namespace}`);
    },
  });
  return cursorReply({ ...base, id });
}
