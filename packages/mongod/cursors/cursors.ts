import { randomBytes } from "node:crypto";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";

/** A query that has more to give. */
export interface OpenCursor {
  readonly id: bigint;
  readonly namespace: string;
  /** Who may read on and close it; `userNames` of the connection that opened it. */
  readonly owner: string;
  /** Throws if what it reads from is gone. */
  readonly checkAlive: () => void;
  readonly source: PeekingSource;
  readonly immortal: boolean;
  usedAtMs: number;
}

/** Documents one by one, with a look at whether there is another. */
export class PeekingSource {
  readonly #documents: Iterator<Uint8Array>;
  #next: Uint8Array | undefined;
  #exhausted = false;

  constructor(documents: Iterable<Uint8Array>) {
    this.#documents = documents[Symbol.iterator]();
  }

  /** Up to `count` documents, and no more bytes than one reply can hold. */
  take(count: number): Uint8Array[] {
    const batch: Uint8Array[] = [];
    let size = 0;
    while (batch.length < count) {
      const document = this.#peek();
      if (!document) break;
      size += document.length;
      if (batch.length > 0 && size > limits.batchBytesMax) break;
      batch.push(document);
      this.#next = undefined;
    }
    return batch;
  }

  get hasMore(): boolean {
    return this.#peek() !== undefined;
  }

  close(): void {
    this.#exhausted = true;
    this.#next = undefined;
    this.#documents.return?.();
  }

  #peek(): Uint8Array | undefined {
    if (this.#next || this.#exhausted) return this.#next;
    const { done, value } = this.#documents.next();
    if (done) this.#exhausted = true;
    else this.#next = value;
    return this.#next;
  }
}

/** The open cursors of the server. Those that nobody asks for are closed after ten minutes. */
export class Cursors {
  #open = new Map<bigint, OpenCursor>();
  #timeoutMs: number;
  readonly #now: () => number;
  timedOut = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#timeoutMs = limits.cursorTimeoutMillis;
  }

  get count(): number {
    return this.#open.size;
  }

  setTimeoutMs(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  open(cursor: Omit<OpenCursor, "id" | "usedAtMs">): OpenCursor {
    if (this.#open.size >= limits.openCursorsMax) {
      cursor.source.close();
      throw new MongoError("OperationFailed", `${limits.openCursorsMax} cursors are open already`);
    }
    const id = randomBytes(8).readBigUInt64LE() >> 1n || 1n;
    const opened = { ...cursor, id, usedAtMs: this.#now() };
    this.#open.set(id, opened);
    return opened;
  }

  get(id: bigint): OpenCursor {
    const cursor = this.#open.get(id);
    if (!cursor) throw new MongoError("CursorNotFound", `cursor id ${id} not found`);
    cursor.usedAtMs = this.#now();
    return cursor;
  }

  find(id: bigint): OpenCursor | undefined {
    return this.#open.get(id);
  }

  /** Whether there was such a cursor. */
  close(id: bigint): boolean {
    const cursor = this.#open.get(id);
    cursor?.source.close();
    return this.#open.delete(id);
  }

  /** Closes those that were not used for too long. */
  sweep(): void {
    const oldest = this.#now() - this.#timeoutMs;
    for (const { id, usedAtMs, immortal } of this.#open.values()) {
      if (immortal || usedAtMs > oldest) continue;
      this.close(id);
      this.timedOut += 1;
    }
  }

  closeAll(): void {
    for (const id of [...this.#open.keys()]) this.close(id);
  }
}
