import { Binary, type Document } from "bson";
import { isDocument, toNumber } from "./arguments.ts";
import type { Reply } from "./commands/command.ts";
import { MongoError } from "./errors.ts";
import { limits } from "./limits.ts";

interface Session {
  txnNumber: number;
  /** What the last write was answered, or undefined while it is under way. */
  reply: Reply | undefined;
}

/** What a client may send again: the session and the number of the write. */
export interface RetryKey {
  readonly session: string;
  readonly txnNumber: number;
}

/**
 * Remembers, for each logical session, the last write and its reply, so that a write which a
 * client sends again is done once. The session that was used longest ago is forgotten first.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  /** The reply that this write has had already, if it was done. Throws TransactionTooOld. */
  replyTo({ session, txnNumber }: RetryKey): Reply | undefined {
    const known = this.#sessions.get(session);
    if (!known || known.txnNumber < txnNumber) return undefined;
    if (known.txnNumber === txnNumber) return known.reply;
    const text =
      `Retryable write with txnNumber ${txnNumber} is prohibited on session ${session} ` +
      `because a newer retryable write with txnNumber ${known.txnNumber} has already started on ` +
      "this session.";
    throw new MongoError("TransactionTooOld", text);
  }

  remember({ session, txnNumber }: RetryKey, reply: Reply): void {
    this.#sessions.delete(session);
    this.#sessions.set(session, { txnNumber, reply });
    if (this.#sessions.size <= limits.sessionsMax) return;
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }

  end(session: string): void {
    this.#sessions.delete(session);
  }

  get count(): number {
    return this.#sessions.size;
  }
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
