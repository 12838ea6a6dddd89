import { randomBytes } from "node:crypto";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { othersTurn, type Turns } from "../turns.ts";

/** A query that has more to give. */
export interface OpenCursor {
  readonly id: bigint;
  readonly namespace: string;
  /** Who may read on and close it; `userNames` of the connection that opened it. */
  readonly owner: string;
  /** Throws if what it reads from is gone. */
  readonly checkAlive: () => void;
  readonly source: PeekingSource;
  /** The turns of the command that reads it now. */
  readonly turns: Turns | undefined;
  /** A command is reading it, and lets others have their turn meanwhile. */
  isInUse: boolean;
  readonly immortal: boolean;
  usedAtMs: number;
}

/** Some documents of a cursor, and whether there are more. */
export interface CursorBatch {
  readonly documents: readonly Uint8Array[];
  readonly hasMore: boolean;
}

/** Documents one by one, with a look at whether there is another. */
export class PeekingSource {
  readonly #documents: Iterator<Uint8Array | undefined>;
  #next: Uint8Array | undefined;
  #exhausted = false;
  #closed = false;

  constructor(documents: Iterable<Uint8Array | undefined>) {
    this.#documents = documents[Symbol.iterator]();
  }

  /**
   * Up to `count` documents, and no more bytes than one reply can hold. A promise where others
   * had their turn meanwhile; `checkAlive` is called after each and throws if there is no going on.
   */
  take(count: number, checkAlive: () => void): CursorBatch | Promise<CursorBatch> {
    return this.#fill({ documents: [], size: 0 }, count, checkAlive);
  }

  close(): void {
    this.#closed = true;
    this.#exhausted = true;
    this.#next = undefined;
    this.#documents.return?.();
  }

  #fill(
    batch: { readonly documents: Uint8Array[]; size: number },
    count: number,
    checkAlive: () => void,
  ): CursorBatch | Promise<CursorBatch> {
    const { documents } = batch;
    for (;;) {
      const state = this.#peek();
      if (state === "break") {
        return othersTurn().then(() => {
          if (this.#closed) throw new MongoError("CursorKilled", "the cursor was killed");
          checkAlive();
          return this.#fill(batch, count, checkAlive);
        });
      }
      if (!this.#next) return { documents, hasMore: false };
      batch.size += this.#next.length;
      const isFull = documents.length > 0 && batch.size > limits.batchBytesMax;
      if (isFull || documents.length >= count) return { documents, hasMore: true };
      documents.push(this.#next);
      this.#next = undefined;
    }
  }

  #peek(): "break" | "looked" {
    if (this.#next || this.#exhausted) return "looked";
    const { done, value } = this.#documents.next();
    if (done) this.#exhausted = true;
    else this.#next = value;
    return done || value ? "looked" : "break";
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

  nowMs(): number {
    return this.#now();
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

  open(cursor: Omit<OpenCursor, "id" | "isInUse" | "usedAtMs">): OpenCursor {
    if (this.#open.size >= limits.openCursorsMax) {
      cursor.source.close();
      throw new MongoError("OperationFailed", `${limits.openCursorsMax} cursors are open already`);
    }
    const id = randomBytes(8).readBigUInt64LE() >> 1n || 1n;
    const opened = { ...cursor, id, isInUse: false, usedAtMs: this.#now() };
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
    for (const { id, usedAtMs, immortal, isInUse } of this.#open.values()) {
      if (immortal || isInUse || usedAtMs > oldest) continue;
      this.close(id);
      this.timedOut += 1;
    }
  }

  closeAll(): void {
    for (const id of [...this.#open.keys()]) this.close(id);
  }
}
