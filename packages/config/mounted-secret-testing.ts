import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a container finds where a Kubernetes secret is mounted. The caller removes it. */
export interface MountedSecret {
  readonly directory: string;
  /** The secret has changed: all its files at once. */
  change(texts: Readonly<Record<string, string>>): void;
  remove(): void;
}

/**
 * Lays files out as the kubelet does: each is a link through `..data`, which leads to a folder of this version and is
 * exchanged in one step. Nobody may write them.
 */
export function mountSecret(texts: Readonly<Record<string, string>>): MountedSecret {
  const directory = mkdtempSync(join(tmpdir(), "secret-"));
  let version = 0;
  const change = (changed: Readonly<Record<string, string>>) => {
    const before = join(directory, `..version_${version}`);
    const folder = `..version_${++version}`;
    mkdirSync(join(directory, folder));
    for (const [name, text] of Object.entries(changed)) {
      writeFileSync(join(directory, folder, name), text, { mode: 0o444 });
    }
    chmodSync(join(directory, folder), 0o555);
    symlinkSync(folder, join(directory, "..data_tmp"));
    renameSync(join(directory, "..data_tmp"), join(directory, "..data"));
    remove(before);
  };
  change(texts);
  for (const name of Object.keys(texts)) symlinkSync(join("..data", name), join(directory, name));
  return {
    directory,
    change,
    remove() {
      remove(join(directory, `..version_${version}`));
      remove(directory);
    },
  };
}

function remove(folder: string): void {
  try {
    chmodSync(folder, 0o755);
  } catch {
    // There is none: the first version has none before it.
  }
  rmSync(folder, { recursive: true, force: true });
}
