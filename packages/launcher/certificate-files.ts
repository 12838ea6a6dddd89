import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTrustedCertificate } from "@faultline/faults/certificate";

const dayMs = 86_400_000;
const validDays = 365;

/**
 * One certificate for all servers of these names, on this machine too, and that of who has signed it, in PEM; nobody
 * has the key to sign another.
 */
export function certificateOf(names: readonly string[]): Promise<{ ca: string; server: string }> {
  const nowMs = Date.now();
  // A clock that is a little behind shall not refuse what was made now.
  const dates = { fromMs: nowMs - dayMs, toMs: nowMs + validDays * dayMs };
  return createTrustedCertificate([...new Set(names), "localhost", "127.0.0.1"], dates);
}

/** Writes files that only this user can read. */
export function writeSecrets(folder: string, texts: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(texts)) {
    const file = join(folder, name);
    // Replaced, not overwritten: an older file may be readable by others.
    rmSync(file, { force: true });
    writeFileSync(file, text, { mode: 0o600 });
  }
}
