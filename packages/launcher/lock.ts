import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Something held until it is let go, or until this process has ended, however it ends. */
export interface Lock {
  release(): void;
}

const sqliteBusy = 5;

/**
 * Takes a directory for this process alone; undefined if another one has it. The lock is the operating system's
 * (SQLite takes it for us, as Node itself cannot), so one whose holder was killed is free at once.
 */
export function lockDirectory(directory: string): Lock | undefined {
  const database = new DatabaseSync(join(directory, "lock"));
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy)
      return undefined;
    throw error;
  }
}
