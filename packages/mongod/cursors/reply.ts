import { type Document, Long } from "bson";
import { asBuffer } from "../bson/bytes.ts";
import { encode } from "../bson/codec.ts";
import { types } from "../bson/element.ts";

/** What the reply to `find`, `aggregate` or `getMore` holds. */
export interface CursorReply {
  readonly batchName: "firstBatch" | "nextBatch";
  readonly documents: readonly Uint8Array[];
  /** Zero if there is nothing more to get. */
  readonly id: bigint;
  readonly namespace: string;
}

const tail = encode({ ok: 1.5 }).subarray(4);
const okTail = withOne(tail);

/** Builds the reply around the documents as they are stored, without decoding them. */
export function cursorReply({ batchName, documents, id, namespace }: CursorReply): Uint8Array {
  const rest = encode({ id: Long.fromBigInt(id), ns: namespace }).subarray(4);
  const batch = batchSize(documents);
  const cursorSize = 4 + 1 + batchName.length + 1 + batch + rest.length;
  const headSize = 4 + 1 + cursorName.length;
  const reply = Buffer.allocUnsafe(headSize + cursorSize + okTail.length);
  reply.writeInt32LE(reply.length, 0);
  reply[4] = types.object;
  cursorName.copy(reply, 5);
  let at = headSize;
  at = reply.writeInt32LE(cursorSize, at);
  reply[at] = types.array;
  at += 1 + reply.write(`${batchName}\0`, at + 1, "latin1");
  at = writeBatch(reply, at, { documents, size: batch });
  reply.set(rest, at);
  reply.set(okTail, at + rest.length);
  return reply;
}

const cursorName = Buffer.from("cursor\0");

function batchSize(documents: readonly Uint8Array[]): number {
  let size = 5;
  for (const [at, document] of documents.entries()) size += 2 + digits(at) + document.length;
  return size;
}

function writeBatch(
  reply: Buffer,
  start: number,
  { documents, size }: { documents: readonly Uint8Array[]; size: number },
): number {
  let at = reply.writeInt32LE(size, start);
  for (const [position, document] of documents.entries()) {
    reply[at] = types.object;
    at += 1;
    at += reply.write(String(position), at, "latin1");
    reply[at] = 0;
    at += 1;
    asBuffer(document).copy(reply, at);
    at += document.length;
  }
  reply[at] = 0;
  return at + 1;
}

function digits(value: number): number {
  return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : String(value).length;
}

/** `ok: 1` as a double, which the encoder would make an int. */
function withOne(bytes: Uint8Array): Uint8Array {
  const result = Buffer.from(bytes);
  result.writeDoubleLE(1, 4);
  return result;
}

/** The same for a list that is made up, such as that of collections. */
export function listReply(namespace: string, documents: readonly Document[]): Uint8Array {
  const encoded = documents.map((document) => encode(document));
  return cursorReply({ batchName: "firstBatch", documents: encoded, id: 0n, namespace });
}
