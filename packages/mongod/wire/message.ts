import type { Document } from "bson";
import { readCString, readInt32 } from "../bson/bytes.ts";
import { decode, encode } from "../bson/codec.ts";
import { nameEnd } from "../bson/element.ts";
import { validateDocument } from "../bson/validate.ts";
import { MongoError } from "../errors.ts";
import { compress, decompress } from "./compression.ts";
import { checksumOf } from "./crc32c.ts";

export const opCodes = { reply: 1, query: 2004, compressed: 2012, message: 2013 } as const;

/** One request, decoded as far as every command needs it. */
export interface Request {
  readonly id: number;
  readonly name: string;
  readonly db: string;
  readonly body: Document;
  /** Document sequences, and the documents of an insert, undecoded. */
  readonly sequences: ReadonlyMap<string, readonly Uint8Array[]>;
  /** The client waits for no reply. */
  readonly moreToCome: boolean;
  /** It came as OP_QUERY and is answered by OP_REPLY. */
  readonly legacy: boolean;
  readonly compressor: number;
  readonly checksum: boolean;
}

/**
 * The message is not one: there is no telling what else the client means, so the connection
 * is closed, as MongoDB does. `requestId` is set if an error may be sent before.
 */
export class WireError extends Error {
  override readonly name = "WireError";
}

const flagChecksum = 1;
const flagMoreToCome = 2;
const flagsRequired = 0xffff;

/** Decodes one whole frame. Throws WireError or, for what can be answered, MongoError. */
export function readRequest(frame: Uint8Array): Request {
  const id = readInt32(frame, 4);
  const opCode = readInt32(frame, 12);
  if (opCode === opCodes.message) return readMessage(frame, { id, compressor: 0 });
  if (opCode === opCodes.query) return readQuery(frame, id);
  if (opCode !== opCodes.compressed) throw new WireError(`unsupported opcode ${opCode}`);
  const { inner, innerCode, compressor } = decompress(frame);
  if (innerCode === opCodes.message) return readMessage(inner, { id, compressor });
  throw new WireError(`unsupported opcode ${innerCode} in a compressed message`);
}

function readMessage(frame: Uint8Array, origin: { id: number; compressor: number }): Request {
  if (frame.length < 26) throw new WireError("message too short");
  const flags = readInt32(frame, 16);
  if ((flags & flagsRequired & ~(flagChecksum | flagMoreToCome)) !== 0) {
    throw new WireError(`message contains illegal flags value: ${flags}`);
  }
  const checksum = (flags & flagChecksum) !== 0;
  const end = checksum ? frame.length - 4 : frame.length;
  if (checksum && origin.compressor === 0) verifyChecksum(frame, end);
  const { main, sequences } = readSections(frame, end);
  const { name, body } = readBody(main, sequences);
  const db: unknown = body.$db;
  if (typeof db !== "string") {
    throw new MongoError("Location40571", "OP_MSG requests require a $db argument");
  }
  const moreToCome = (flags & flagMoreToCome) !== 0;
  return { ...origin, name, db, body, sequences, moreToCome, legacy: false, checksum };
}

function verifyChecksum(frame: Uint8Array, end: number): void {
  if (checksumOf(frame.subarray(0, end)) !== readInt32(frame, end) >>> 0) {
    throw new WireError("OP_MSG checksum does not match contents");
  }
}

function readSections(frame: Uint8Array, end: number) {
  const sequences = new Map<string, Uint8Array[]>();
  let main: Uint8Array | undefined;
  let at = 20;
  while (at < end) {
    const kind = frame[at];
    at += 1;
    if (kind === 0) {
      if (main) throw new WireError("multiple body sections in message");
      const length = validDocument(frame, at, end);
      main = frame.subarray(at, at + length);
      at += length;
    } else if (kind === 1) {
      at = readSequence(frame, { at, end }, sequences);
    } else {
      throw new WireError(`unknown section kind ${kind}`);
    }
  }
  if (!main) throw new WireError("OP_MSG messages must have a body");
  return { main, sequences };
}

function readSequence(
  frame: Uint8Array,
  { at, end }: { at: number; end: number },
  sequences: Map<string, Uint8Array[]>,
): number {
  const size = at + 4 <= end ? readInt32(frame, at) : 0;
  const last = at + size;
  if (size < 6 || last > end) throw new WireError("document sequence has a wrong length");
  const nameAt = at + 4;
  const nameLast = nameEnd(frame, nameAt);
  if (nameLast >= last) throw new WireError("document sequence has no name");
  const name = readCString(frame, nameAt, nameLast);
  if (sequences.has(name)) throw new WireError(`duplicate document sequence ${name}`);
  const documents: Uint8Array[] = [];
  for (let from = nameLast + 1; from < last; ) {
    const length = validDocument(frame, from, last);
    documents.push(frame.subarray(from, from + length));
    from += length;
  }
  sequences.set(name, documents);
  return last;
}

function validDocument(frame: Uint8Array, start: number, limit: number): number {
  return validateDocument(frame, start, { limit });
}

/** The documents of an insert stay as they came; other sequences become fields of the body. */
function readBody(main: Uint8Array, sequences: Map<string, Uint8Array[]>) {
  const name = main.length > 5 ? readCString(main, 5, nameEnd(main, 5)) : "";
  const isInsert = name === "insert";
  const body = isInsert ? decode(main, { fieldsAsRaw: { documents: true } }) : decode(main);
  if (isInsert && Array.isArray(body.documents)) {
    sequences.set("documents", rawDocuments(body.documents));
    delete body.documents;
  }
  for (const [field, documents] of sequences) {
    if (!isInsert) body[field] = documents.map((document) => decode(document));
  }
  return { name, body };
}

function rawDocuments(items: readonly unknown[]): Uint8Array[] {
  return items.map((item, at) => {
    if (item instanceof Uint8Array) return item;
    const text = `BSON field 'insert.documents.${at}' is the wrong type, expected type 'object'`;
    throw new MongoError("TypeMismatch", text);
  });
}

/** The legacy handshake: only the first hello of a driver still comes this way. */
function readQuery(frame: Uint8Array, id: number): Request {
  if (frame.length < 34) throw new WireError("query too short");
  const end = nameEnd(frame, 20);
  const namespace = readCString(frame, 20, end);
  const start = end + 9;
  const length = validDocument(frame, start, frame.length);
  if (!namespace.endsWith(".$cmd")) {
    throw new MongoError(
      "CommandNotSupported",
      "OP_QUERY is no longer supported. The client " + "driver may require an upgrade.",
    );
  }
  const main = frame.subarray(start, start + length);
  const { name, body } = readBody(main, new Map());
  const db = namespace.slice(0, -".$cmd".length);
  const base = { id, db, moreToCome: false, legacy: true, compressor: 0, checksum: false };
  const wrapped: unknown = body.$query ?? body.query;
  if (name !== "$query" && name !== "query") return { ...base, name, body, sequences: new Map() };
  const inner = typeof wrapped === "object" && wrapped !== null ? wrapped : {};
  return { ...base, name: Object.keys(inner)[0] ?? "", body: inner, sequences: new Map() };
}

let lastId = 0;

/** The frame that answers a request, in the form the request came in. */
export function writeReply(
  request: Pick<Request, "id" | "legacy" | "compressor" | "checksum">,
  reply: Document | Uint8Array,
): Buffer {
  const document = reply instanceof Uint8Array ? reply : encode(reply);
  lastId = (lastId + 1) & 0x7fffffff;
  if (request.legacy) return legacyReply(request.id, document);
  const tail = request.checksum && request.compressor === 0 ? 4 : 0;
  const frame = Buffer.allocUnsafe(21 + document.length + tail);
  writeHeader(frame, request.id, opCodes.message);
  frame.writeUInt32LE(tail > 0 ? flagChecksum : 0, 16);
  frame[20] = 0;
  frame.set(document, 21);
  if (tail > 0) {
    const end = frame.length - 4;
    frame.writeUInt32LE(checksumOf(frame.subarray(0, end)), end);
  }
  return request.compressor === 0 ? frame : compress(frame, request.compressor);
}

function legacyReply(requestId: number, document: Uint8Array): Buffer {
  const frame = Buffer.alloc(36 + document.length);
  writeHeader(frame, requestId, opCodes.reply);
  frame.writeInt32LE(8, 16);
  frame.writeInt32LE(1, 32);
  frame.set(document, 36);
  return frame;
}

function writeHeader(frame: Buffer, responseTo: number, opCode: number): void {
  frame.writeInt32LE(frame.length, 0);
  frame.writeInt32LE(lastId, 4);
  frame.writeInt32LE(responseTo, 8);
  frame.writeInt32LE(opCode, 12);
}
