/**
 * Where things lie in the store. Every key begins with one byte that says what it is:
 * 1 the next free id, 2 a collection's catalog entry, 3 a document, 4 an index entry, 5 a write
 * that a client may send again.
 */
const kinds = { nextId: 1, collection: 2, record: 3, index: 4, retry: 5 } as const;

export const nextIdKey: Uint8Array = Uint8Array.of(kinds.nextId);
export const catalogFrom: Uint8Array = Uint8Array.of(kinds.collection);
export const catalogTo: Uint8Array = Uint8Array.of(kinds.collection + 1);
export const retriesFrom: Uint8Array = Uint8Array.of(kinds.retry);
export const retriesTo: Uint8Array = Uint8Array.of(kinds.retry + 1);
export const recordKind: number = kinds.record;
export const indexKind: number = kinds.index;

export function catalogKey(namespace: string): Uint8Array {
  return Buffer.concat([catalogFrom, Buffer.from(namespace, "utf8")]);
}

export function retryRecordKey(session: string): Uint8Array {
  return Buffer.concat([retriesFrom, Buffer.from(session, "utf8")]);
}

/** Documents lie in the order of their record ids, which is the order they were inserted in. */
export function recordKey(collectionId: number, recordId: number): Uint8Array {
  const key = Buffer.allocUnsafe(11);
  key[0] = kinds.record;
  key.writeUInt32BE(collectionId, 1);
  key.writeUIntBE(recordId, 5, 6);
  return key;
}

export function recordIdOf(key: Uint8Array): number {
  return readRecordId(key, 5);
}

/** Everything that begins with these five bytes belongs to one collection or index. */
export function ownPrefix(kind: number, id: number): Uint8Array {
  const key = Buffer.allocUnsafe(5);
  key[0] = kind;
  key.writeUInt32BE(id, 1);
  return key;
}

export function idOfPrefix(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(1);
}

/**
 * An entry of a unique index is found by its key alone and holds the record id as its value;
 * an entry of another index ends with the record id.
 */
export function indexEntryKey(indexId: number, key: Uint8Array, recordId?: number): Uint8Array {
  const entry = Buffer.allocUnsafe(5 + key.length + (recordId === undefined ? 0 : 6));
  entry[0] = kinds.index;
  entry.writeUInt32BE(indexId, 1);
  entry.set(key, 5);
  if (recordId !== undefined) entry.writeUIntBE(recordId, 5 + key.length, 6);
  return entry;
}

export function recordIdBytes(recordId: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(recordId, 0, 6);
  return bytes;
}

/** A record id in its six bytes from `at`. */
export function readRecordId(bytes: Uint8Array, at: number): number {
  let id = 0;
  for (let i = 0; i < 6; i += 1) id = id * 256 + (bytes[at + i] ?? 0);
  return id;
}
