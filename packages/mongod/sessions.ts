import { Binary, type Document } from "bson";
import { isDocument, toNumber } from "./arguments.ts";
import { decode, encode } from "./bson/codec.ts";
import { retriesFrom, retriesTo, retryRecordKey } from "./collections/layout.ts";
import type { Reply } from "./commands/command.ts";
import { MongoError } from "./errors.ts";
import { limits } from "./limits.ts";
import { type Change, type Storage, StorageFull } from "./storage.ts";

interface Session {
  readonly txnNumber: number;
  readonly reply: Uint8Array;
  readonly atMs: number;
}

/** What a client may send again: the session and the number of the write. */
export interface RetryKey {
  readonly session: string;
  readonly txnNumber: number;
}

const timeoutMs = limits.localLogicalSessionTimeoutMinutes * 60_000;
const sweptAtOnce = 10_000;

/**
 * Remembers, for each logical session, the last write and its reply, so that a write which a
 * client sends again is done once. It is stored before the write is acknowledged, so the next
 * server on the same data knows it too. A session is forgotten when it was not used for half an
 * hour, or when there are too many and it was used longest ago.
 */
export class Sessions {
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(storage: Storage, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  /** The reply that this write has had already, if it was done. Throws TransactionTooOld. */
  replyTo({ session, txnNumber }: RetryKey): Reply | undefined {
    const known = this.#sessions.get(session) ?? this.#stored(session);
    if (!known || known.txnNumber < txnNumber) return undefined;
    if (known.txnNumber === txnNumber) return known.reply;
    const text =
      `Retryable write with txnNumber ${txnNumber} is prohibited on session ${session} ` +
      `because a newer retryable write with txnNumber ${known.txnNumber} has already started on ` +
      "this session.";
    throw new MongoError("TransactionTooOld", text);
  }

  /** Resolves when the write that the session has under way is done; undefined if it has none. */
  whenDone({ session }: RetryKey): Promise<unknown> | undefined {
    return this.#underWay.get(session);
  }

  /** A write lets others have their turn, so that it may be sent again while it is not done yet. */
  begin({ session }: RetryKey, write: Promise<unknown>): void {
    const forget = () => {
      this.#underWay.delete(session);
    };
    this.#underWay.set(session, write.then(forget, forget));
  }

  remember({ session, txnNumber }: RetryKey, reply: Reply): void {
    const bytes = reply instanceof Uint8Array ? reply : encode(reply);
    const known = { txnNumber, reply: bytes, atMs: this.#now() };
    this.#sessions.delete(session);
    this.#sessions.set(session, known);
    const changes = [{ key: retryRecordKey(session), value: recordOf(known) }];
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > limits.retriesMax && oldest !== undefined) {
      this.#sessions.delete(oldest);
      this.#write([...changes, forgotten(oldest)]);
    } else {
      this.#write(changes);
    }
  }

  end(session: string): void {
    this.#sessions.delete(session);
    const { key } = forgotten(session);
    if (this.#storage.get(key)) this.#write([{ key, value: undefined }]);
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Forgets what was not used for too long, also what an earlier server has left. */
  sweep(): void {
    const expired: Change[] = [];
    for (const [key, value] of this.#storage.range(retriesFrom, retriesTo)) {
      const known = parse(value);
      if (known && !this.#isExpired(known)) continue;
      expired.push({ key, value: undefined });
      if (expired.length >= sweptAtOnce) break;
    }
    for (const [session, known] of this.#sessions) {
      if (this.#isExpired(known)) this.#sessions.delete(session);
    }
    if (expired.length > 0) this.#write(expired);
  }

  #isExpired({ atMs }: Session): boolean {
    return atMs < this.#now() - timeoutMs;
  }

  #stored(session: string): Session | undefined {
    const value = this.#storage.get(retryRecordKey(session));
    const known = value && parse(value);
    return known && !this.#isExpired(known) ? known : undefined;
  }

  /** The write itself is done: a full disk must not make it look as if it were not. */
  #write(changes: readonly Change[]): void {
    try {
      this.#storage.write(changes);
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error;
    }
  }
}

function forgotten(session: string): Change {
  return { key: retryRecordKey(session), value: undefined };
}

function recordOf({ txnNumber, reply, atMs }: Session): Uint8Array {
  return encode({ txnNumber, at: new Date(atMs), reply: new Binary(reply) });
}

function parse(bytes: Uint8Array): Session | undefined {
  const { txnNumber, at, reply } = decode(bytes);
  const number = toNumber(txnNumber);
  if (number === undefined || !(at instanceof Date) || !(reply instanceof Binary)) return undefined;
  return { txnNumber: number, atMs: at.getTime(), reply: reply.value() };
}

/** The write that a command can be recognised by. Throws for a transaction: there are none. */
export function retryKeyOf(body: Document): RetryKey | undefined {
  const number = toNumber(body.txnNumber);
  const session = sessionOf(body.lsid);
  if (body.autocommit === false || body.startTransaction === true) {
    throw new MongoError(
      "IllegalOperation",
      "Transaction numbers are only allowed on a replica set member or mongos",
    );
  }
  if (number === undefined) return undefined;
  if (session === undefined) {
    throw new MongoError(
      "InvalidOptions",
      "Transaction number requires a session ID to also be specified",
    );
  }
  return { session, txnNumber: number };
}

/** A session's id as text, or undefined if there is none. */
export function sessionOf(lsid: unknown): string | undefined {
  const id: unknown = isDocument(lsid) ? lsid.id : undefined;
  return id instanceof Binary ? Buffer.from(id.value()).toString("hex") : undefined;
}
