import { DatabaseSync } from "node:sqlite";
import { StorageRefused } from "../storage.ts";
import { type DataDirectory, inUse } from "./data-directory.ts";
import { hasCode, sqliteBusy, sqliteCorrupt, sqliteNotADatabase } from "./sqlite-errors.ts";

/** Says in the file's header that it is ours: the letters "FLmd". */
const applicationId = 0x464c6d64;

/** The layout of the file. To be raised, with a step that converts, when the layout changes. */
const formatVersion = 1;

/** The write-ahead log is copied into the database file when it has grown to this many pages. */
const logPagesMax = 2_000;

export type DatabaseLimits = { readonly cacheMb: number; readonly sizeMaxMb: number };

/**
 * Opens the database file and locks it until it is closed or the process ends. Throws
 * `StorageRefused` if another process has it, or if its contents are not for us.
 */
export function openDatabase(directory: DataDirectory, limits: DatabaseLimits): DatabaseSync {
  const database = new DatabaseSync(directory.database, { timeout: 0 });
  try {
    configure(database, limits);
    checkFormat(database, directory);
    return database;
  } catch (error) {
    database.close();
    throw refusal(error, directory);
  }
}

function configure(database: DatabaseSync, { cacheMb, sizeMaxMb }: DatabaseLimits): void {
  const pageBytes = 4_096;
  // Exclusive: the file lock is what keeps a second server out; it also spares the lock calls
  // around every transaction. Synchronous NORMAL: the log is written at each commit and synced
  // by flush, and always before its pages are copied, so that no crash can tear the database.
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA page_size = ${pageBytes};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = ${logPagesMax};
    PRAGMA journal_size_limit = ${2 * logPagesMax * pageBytes};
    PRAGMA cache_size = ${-cacheMb * 1_024};
    PRAGMA max_page_count = ${Math.ceil((sizeMaxMb * 1_048_576) / pageBytes)};
    PRAGMA temp_store = MEMORY;
  `);
}

function checkFormat(database: DatabaseSync, directory: DataDirectory): void {
  const owner = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (owner === 0 && version === 0 && isEmpty) {
    create(database);
    return;
  }
  if (owner !== applicationId) throw foreign(directory);
  if (version === formatVersion) return;
  throw new StorageRefused(
    "UnsupportedFormat",
    `Data directory ${directory.path} has format ${version}, and this version reads format ` +
      `${formatVersion}. Start the version that wrote it, or give an empty directory with --dbpath.`,
  );
}

function create(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${formatVersion};
    COMMIT;
  `);
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function foreign(directory: DataDirectory, cause?: unknown): StorageRefused {
  return new StorageRefused(
    "UnsupportedFormat",
    `${directory.database} is damaged or was not written by this server. Bring back a copy of ` +
      "the data directory, or give an empty one with --dbpath.",
    { cause },
  );
}

function refusal(error: unknown, directory: DataDirectory): unknown {
  if (hasCode(error, sqliteBusy)) return inUse(directory, error);
  if (hasCode(error, sqliteNotADatabase, sqliteCorrupt)) return foreign(directory, error);
  return error;
}
