/**
 * The one seam between the database and what keeps its bytes.
 *
 * Two things implement it: `openFileStorage` (storage/file.ts) for a data directory, and
 * `createMemoryStorage` (storage/memory.ts) for tests. Both pass storage/contract.test.ts.
 */

/** One step of a batch: a `value` puts the key there, `undefined` takes it away. */
export type Change = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };

/** A key and its value, as a range yields them. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array];

/**
 * An ordered map of bytes to bytes, changed by atomic batches. Synchronous; keys compare as
 * unsigned bytes, a shorter key before a longer one that begins with it. Bytes that were read
 * are not changed by later writes, and must not be changed by whoever read them; bytes given to
 * `write` are free again when it returns. After `close` every other method throws.
 */
export interface Storage {
  /** The value of `key`, or undefined if there is none. An empty value is a value. */
  get(key: Uint8Array): Uint8Array | undefined;

  /**
   * The entries with `from <= key < to` in the order of their keys, or backwards with
   * `reverse`. An empty range if `from` is not before `to`. The iterator may be abandoned at
   * any point. It stays usable while others write: entries that nobody touches meanwhile come
   * exactly once; one that is written or removed meanwhile may come in its old or new form.
   */
  range(from: Uint8Array, to: Uint8Array, options?: { reverse?: boolean }): Iterable<Entry>;

  /**
   * Makes all changes or none; of several changes to one key the last holds. On return they
   * are visible and survive the sudden death of this process (though not of the machine: see
   * `flush`). Throws `StorageFull`, having changed nothing, when there is no room.
   */
  write(changes: readonly Change[]): void;

  /**
   * Resolves when everything written before the call survives a loss of power. Does not block
   * the event loop; calls that come while one is under way share the next one.
   */
  flush(): Promise<void>;

  /** Flushes and lets go of the files. May be called again. */
  close(): Promise<void>;
}

/** There is no room for a write. Nothing was changed; it may succeed once there is room. */
export class StorageFull extends Error {
  override readonly name = "StorageFull";
}

/**
 * A data directory cannot be used; the message says why and what to do. A server logs
 * `codeName: message`, as mongod does, and exits with `exitCode`.
 */
export class StorageRefused extends Error {
  override readonly name = "StorageRefused";
  readonly codeName: RefusalCode;
  readonly exitCode: 62 | 100;

  constructor(codeName: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.codeName = codeName;
    this.exitCode = codeName === "UnsupportedFormat" ? 62 : 100;
  }
}

/**
 * In use by another server; not there; not writable; written by something else or by a version
 * that is too new.
 */
export type RefusalCode =
  | "DBPathInUse"
  | "NonExistentPath"
  | "IllegalOperation"
  | "UnsupportedFormat";
