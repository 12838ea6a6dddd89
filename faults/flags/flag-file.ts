import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  emptyDocument,
  type Flag,
  type FlagDocument,
  formatFlagDocument,
  parseFlagDocument,
} from "./document.ts";
import { withLock } from "./lock.ts";

/** Writes flags. Whoever writes holds the file's lock, so there is one writer at a time; readers see whole documents. */
export class FlagFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The document; an empty one where there is no file. Throws a `FlagDocumentError` if it cannot be understood. */
  read(): FlagDocument {
    try {
      return parseFlagDocument(readFileSync(this.path, "utf8"));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT")
        return emptyDocument;
      throw error;
    }
  }

  /** Puts a flag into the document, or takes it out. The rest of it stays, whoever wrote it. */
  async set(key: string, flag: Flag | undefined): Promise<void> {
    await withLock(`${this.path}.lock`, async () => {
      const { [key]: _, ...others } = this.read().flags;
      const flags = flag ? { ...others, [key]: flag } : others;
      await this.#replace({ ...this.read(), flags });
    });
  }

  /** Makes sure that there is a document, for services that look for it. */
  async create(document: FlagDocument = emptyDocument): Promise<void> {
    await withLock(`${this.path}.lock`, () => this.#replace(document));
  }

  async #replace(document: FlagDocument): Promise<void> {
    const text = formatFlagDocument(document);
    await assertFlagdSchema(text);
    mkdirSync(dirname(this.path), { recursive: true });
    const next = `${this.path}.next`;
    writeFileSync(next, text);
    renameSync(next, this.path);
  }
}

/** Throws if the text breaks flagd's own schema, in flags or in targeting. */
export async function assertFlagdSchema(text: string): Promise<void> {
  const { MemoryStorage } = await import("@openfeature/flagd-core");
  const { DefaultLogger } = await import("@openfeature/core");
  new MemoryStorage(new DefaultLogger()).setConfigurations(text, true);
}
