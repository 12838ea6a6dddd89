// SQLite's primary result codes that mean something to us (https://sqlite.org/rescode.html).
export const sqliteBusy = 5;
export const sqliteCorrupt = 11;
export const sqliteFull = 13;
export const sqliteNotADatabase = 26;

/** True if `error` came from SQLite with one of the primary result codes. */
export function hasCode(error: unknown, ...primaryCodes: number[]): boolean {
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  // The low byte is the primary code; what is above it only refines.
  return primaryCodes.includes(Number(error.errcode) & 0xff);
}
