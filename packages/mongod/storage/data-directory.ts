import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StorageRefused } from "../storage.ts";

/** Files by which a directory of MongoDB's own engines gives itself away. */
const foreignFiles = ["WiredTiger", "WiredTiger.wt", "storage.bson", "local.0"];

/** The files of a data directory. */
export type DataDirectory = {
  readonly path: string;
  readonly database: string;
  readonly log: string;
  readonly lock: string;
};

/** Looks at a data directory before anything in it is touched. Throws `StorageRefused`. */
export function findDataDirectory(path: string): DataDirectory {
  if (!existsSync(path)) {
    throw new StorageRefused(
      "NonExistentPath",
      `Data directory ${path} not found. Create the missing directory or specify another ` +
        "directory using (1) the --dbpath command line option.",
    );
  }
  refuseReadOnly(path);
  refuseForeign(path);
  const database = join(path, "data.sqlite");
  return { path, database, log: `${database}-wal`, lock: join(path, "mongod.lock") };
}

function refuseReadOnly(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const message = `Attempted to create a lock file on a read-only directory: ${path}`;
    throw new StorageRefused("IllegalOperation", message, { cause });
  }
}

function refuseForeign(path: string): void {
  const found = foreignFiles.find((file) => existsSync(join(path, file)));
  if (found === undefined) return;
  throw new StorageRefused(
    "UnsupportedFormat",
    `Data directory ${path} was written by another server (it holds ${found}). Start that ` +
      "server on it, or give this one an empty directory with --dbpath.",
  );
}

/** True if the server that had the directory last did not close it. */
export function wasLeftOpen(directory: DataDirectory): boolean {
  return existsSync(directory.lock) && readFileSync(directory.lock).length > 0;
}

/** Leaves the process id where an operator looks for it. What really locks is the database. */
export function markOpen(directory: DataDirectory): void {
  writeFileSync(directory.lock, `${process.pid}\n`);
}

/** Says that the directory was closed in good order. */
export function markClosed(directory: DataDirectory): void {
  writeFileSync(directory.lock, "");
}

/** The refusal of a directory that another process has open, in mongod's words. */
export function inUse(directory: DataDirectory, cause: unknown): StorageRefused {
  return new StorageRefused(
    "DBPathInUse",
    `Unable to lock the lock file: ${directory.lock} (Resource temporarily unavailable). ` +
      `Another mongod instance is already running on the ${directory.path} directory`,
    { cause },
  );
}
