import { userNames } from "../access/client-access.ts";
import type { Collection } from "../collections/collection.ts";
import type { Call } from "../commands/command.ts";
import { limits } from "../limits.ts";
import type { Turns } from "../turns.ts";
import { type CursorBatch, PeekingSource } from "./cursors.ts";
import { cursorReply } from "./reply.ts";

export interface FirstBatch {
  readonly namespace: string;
  /** `undefined` stands where others have their turn. */
  readonly documents: Iterable<Uint8Array | undefined>;
  /** What `documents` asks whether it is time for that. */
  readonly turns?: Turns;
  readonly batchSize?: number | undefined;
  readonly singleBatch?: boolean;
  readonly immortal?: boolean;
  /** The cursor ends with an error if this collection is dropped. */
  readonly from?: Collection | undefined;
}

/** Replies with the first documents, and opens a cursor if there are more. */
export function firstBatch(call: Call, options: FirstBatch): Uint8Array | Promise<Uint8Array> {
  const { documents, batchSize = limits.firstBatchDefault } = options;
  const source = new PeekingSource(documents);
  const checkAlive = () => options.from?.requireThere();
  const batch = source.take(batchSize, checkAlive);
  const reply = (taken: CursorBatch) => opened(call, options, { source, checkAlive, taken });
  return batch instanceof Promise ? batch.then(reply) : reply(batch);
}

interface Opening {
  readonly source: PeekingSource;
  readonly checkAlive: () => void;
  readonly taken: CursorBatch;
}

function opened(
  call: Call,
  { namespace, singleBatch, immortal = false, turns }: FirstBatch,
  { source, checkAlive, taken }: Opening,
): Uint8Array {
  const base = { batchName: "firstBatch", documents: taken.documents, namespace } as const;
  if (singleBatch || !taken.hasMore) {
    source.close();
    return cursorReply({ ...base, id: 0n });
  }
  const owner = userNames(call.client, call.instance.control);
  const cursor = { namespace, owner, source, immortal, checkAlive, turns };
  const { id } = call.instance.cursors.open(cursor);
  return cursorReply({ ...base, id });
}
