import { asBuffer } from "../bson/bytes.ts";
import type { Change, Storage } from "../storage.ts";

/** Changes that are not written yet; reads see them before what is stored. */
export class Batch {
  readonly storage: Pick<Storage, "get">;
  readonly changes = new Map<string, Change>();
  /** Indexes that become multikey with this batch. */
  readonly multikey = new Set<number>();

  constructor(storage: Pick<Storage, "get">) {
    this.storage = storage;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const change = this.changes.get(nameOf(key));
    return change ? change.value : this.storage.get(key);
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.changes.set(nameOf(key), { key, value });
  }

  delete(key: Uint8Array): void {
    this.changes.set(nameOf(key), { key, value: undefined });
  }

  /** Changes on top of these, which may yet be thrown away. */
  fork(): Batch {
    return new Batch(this);
  }

  join(fork: Batch): void {
    for (const [name, change] of fork.changes) this.changes.set(name, change);
    for (const id of fork.multikey) this.multikey.add(id);
  }
}

function nameOf(key: Uint8Array): string {
  return asBuffer(key).toString("latin1");
}
