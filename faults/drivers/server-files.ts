import { rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DriverError } from "../driver.ts";

/** Where a file for a server is kept. Throws a `DriverError` for names that could lead elsewhere. */
export function serverFile(directory: string, server: string, name: string): string {
  if ([server, name].every((word) => /^[a-z0-9][a-z0-9.-]*$/.test(word))) {
    return join(directory, "files", server, name);
  }
  throw new DriverError(`${server}/${name} is no name for a file`);
}

/** Deletes it, and the folders that were made for it if nothing else is in them. */
export function removeServerFile(path: string): void {
  rmSync(path, { force: true });
  removeIfEmpty(join(path, ".."));
  removeIfEmpty(join(path, "../.."));
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // There are other files in it, or it is not there.
  }
}
