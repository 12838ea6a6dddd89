import { closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { promisify } from "node:util";
import { type Change, type Entry, type Storage, StorageFull } from "../storage.ts";
import * as dataDirectory from "./data-directory.ts";
import { groupCommit } from "./group-commit.ts";
import { openDatabase } from "./open-database.ts";
import { hasCode, sqliteFull } from "./sqlite-errors.ts";

export type FileStorageOptions = {
  /** The data directory; it must exist. */
  readonly dbpath: string;
  /** Memory for pages of the database file, in MiB. The rest is the operating system's. */
  readonly cacheMb?: number;
  /** What is written without `flush` is flushed at least this often, as mongod's journal is. */
  readonly journalCommitIntervalMs?: number;
  /** The size that the database file may reach, in MiB; beyond it writes throw `StorageFull`. */
  readonly sizeMaxMb?: number;
};

export type FileStorage = Storage & {
  /** True if the server that had the directory before was killed. All it wrote is there. */
  readonly wasLeftOpen: boolean;
};

/** Reads of a range fetch this many entries, or this many bytes, at a time. */
const chunkEntriesMin = 24;
const chunkEntriesMax = 512;
const chunkBytesMax = 1_048_576;

const reclaimIntervalMs = 1_000;

const sync = promisify(fdatasync);

/**
 * Opens the data directory, creating its files if there are none, and keeps every other
 * process out until `close` or the end of this one. Throws `StorageRefused`.
 */
export function openFileStorage(options: FileStorageOptions): FileStorage {
  const { cacheMb = 24, journalCommitIntervalMs = 100, sizeMaxMb = 1_048_576 } = options;
  const directory = dataDirectory.findDataDirectory(options.dbpath);
  const database = openDatabase(directory, { cacheMb, sizeMaxMb });
  return new SqliteStorage(directory, database, journalCommitIntervalMs);
}

class SqliteStorage implements FileStorage {
  readonly wasLeftOpen: boolean;
  readonly #directory: dataDirectory.DataDirectory;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #log: number;
  readonly #sharedSync = groupCommit(() => this.#sync());
  readonly #journalCommitIntervalMs: number;
  #journalTimer: NodeJS.Timeout | undefined;
  #writes = 0;
  #writesFlushed = 0;
  #flushFailure: unknown;
  #reclaimedAtMs = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | undefined;

  constructor(
    directory: dataDirectory.DataDirectory,
    database: DatabaseSync,
    journalCommitIntervalMs: number,
  ) {
    this.#directory = directory;
    this.#database = database;
    this.#journalCommitIntervalMs = journalCommitIntervalMs;
    this.#statements = prepare(database);
    this.wasLeftOpen = dataDirectory.wasLeftOpen(directory);
    dataDirectory.markOpen(directory);
    this.#log = openLog(directory);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const row = this.#statements.get.get(key);
    return row === undefined ? undefined : bytesAt(row, 0);
  }

  *range(from: Uint8Array, to: Uint8Array, { reverse = false } = {}): Iterable<Entry> {
    const statement = reverse ? this.#statements.backwards : this.#statements.forwards;
    let entriesMax = chunkEntriesMin;
    for (;;) {
      const { entries, isLast } = readChunk(statement.iterate(from, to), entriesMax);
      yield* entries;
      const end = entries.at(-1);
      if (isLast || end === undefined) return;
      if (reverse) to = end[0];
      else from = successor(end[0]);
      entriesMax = Math.min(2 * entriesMax, chunkEntriesMax);
    }
  }

  write(changes: readonly Change[]): void {
    if (this.#flushFailure !== undefined) throw this.#flushFailure;
    try {
      this.#commit(changes);
    } catch (error) {
      if (!hasCode(error, sqliteFull)) throw error;
      this.#commitInReclaimedRoom(changes, error);
    }
    this.#writes++;
    this.#journalTimer ??= this.#flushSoon();
  }

  async flush(): Promise<void> {
    if (this.#closing !== undefined) throw new Error("storage is closed");
    await this.#sharedSync();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #commit(changes: readonly Change[]): void {
    const [only] = changes;
    if (only === undefined) return;
    if (changes.length === 1) {
      // A statement alone is a transaction already.
      this.#apply(only);
      return;
    }
    this.#statements.begin.run();
    try {
      for (const change of changes) this.#apply(change);
      this.#statements.commit.run();
    } catch (error) {
      // SQLite has rolled back by itself after some errors, and not after others.
      if (this.#database.isTransaction) this.#statements.rollback.run();
      throw error;
    }
  }

  #apply({ key, value }: Change): void {
    if (value === undefined) this.#statements.remove.run(key);
    else this.#statements.put.run(key, value);
  }

  /**
   * When the disk is full, emptying the log may give just the room that a removal needs. As
   * that is much work, and often in vain, it is tried once a second at most.
   */
  #commitInReclaimedRoom(changes: readonly Change[], full: unknown): void {
    const nowMs = performance.now();
    try {
      if (nowMs - this.#reclaimedAtMs < reclaimIntervalMs) throw full;
      this.#reclaimedAtMs = nowMs;
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      this.#commit(changes);
    } catch (cause) {
      if (!hasCode(cause, sqliteFull)) throw cause;
      throw new StorageFull(`No space left in ${this.#directory.path}`, { cause });
    }
  }

  #flushSoon(): NodeJS.Timeout {
    const flush = () => {
      this.#journalTimer = undefined;
      // A failure is remembered, and thrown by the next write.
      this.#sharedSync().catch(() => {});
    };
    return setTimeout(flush, this.#journalCommitIntervalMs).unref();
  }

  async #sync(): Promise<void> {
    if (this.#flushFailure !== undefined) throw this.#flushFailure;
    const writes = this.#writes;
    if (writes === this.#writesFlushed) return;
    try {
      await sync(this.#log);
      this.#writesFlushed = writes;
    } catch (error) {
      // The kernel may have dropped what it could not write, so that a second try would succeed
      // without having saved it. Only a restart finds out what is there.
      this.#flushFailure = error;
      throw error;
    }
  }

  async #close(): Promise<void> {
    clearTimeout(this.#journalTimer);
    try {
      await this.#sharedSync();
    } finally {
      closeSync(this.#log);
      this.#database.close();
    }
    dataDirectory.markClosed(this.#directory);
  }
}

type Statements = Record<
  "get" | "forwards" | "backwards" | "put" | "remove" | "begin" | "commit" | "rollback",
  StatementSync
>;

function prepare(database: DatabaseSync): Statements {
  const within = "SELECT key, value FROM entry WHERE key >= ? AND key < ? ORDER BY key";
  const read = (sql: string) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  return {
    get: read("SELECT value FROM entry WHERE key = ?"),
    forwards: read(within),
    backwards: read(`${within} DESC`),
    put: database.prepare("INSERT OR REPLACE INTO entry VALUES (?, ?)"),
    remove: database.prepare("DELETE FROM entry WHERE key = ?"),
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    rollback: database.prepare("ROLLBACK"),
  };
}

/** The log's own descriptor, so that it can be synced on another thread than this one. */
function openLog(directory: dataDirectory.DataDirectory): number {
  const parent = openSync(directory.path, "r");
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
  return openSync(directory.log, "r+");
}

type Rows = Iterable<Record<string, SQLOutputValue>>;

/** Reads ahead and lets go of the rows, so that no open statement outlives an iterator. */
function readChunk(rows: Rows, entriesMax: number): { entries: Entry[]; isLast: boolean } {
  const entries: Entry[] = [];
  let bytes = 0;
  for (const row of rows) {
    const entry: Entry = [bytesAt(row, 0), bytesAt(row, 1)];
    entries.push(entry);
    bytes += entry[1].length;
    if (entries.length === entriesMax || bytes >= chunkBytesMax) return { entries, isLast: false };
  }
  return { entries, isLast: true };
}

function bytesAt(row: Record<number, SQLOutputValue>, column: number): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`column ${column} of an entry is not bytes`);
}

/** The first key after `key`. */
function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
