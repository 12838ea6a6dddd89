import type { Document } from "bson";
import type { Client } from "../client.ts";
import type { Instance } from "../instance.ts";

/** What an action is done to. An empty `collection` means the database as a whole. */
export type Resource =
  | { readonly db: string; readonly collection: string }
  | { readonly cluster: true };

/** One thing that a user must be allowed to do before a command runs. */
export interface RequiredPrivilege {
  readonly resource: Resource;
  readonly actions: readonly string[];
}

/** One command as it came from a client. */
export interface Call {
  /** The name as the client wrote it. */
  readonly name: string;
  readonly db: string;
  /** The command's document, with numbers in their BSON classes. */
  readonly body: Document;
  /** The raw documents of an insert, and the raw sections of kind 1, by their name. */
  readonly sequences: ReadonlyMap<string, readonly Uint8Array[]>;
  readonly client: Client;
  readonly instance: Instance;
  /** Throws when the command's time is over or an operator has killed it. */
  readonly checkInterrupt: () => void;
}

/** A document, or one that is encoded already. */
export type Reply = Document | Uint8Array;

/** One command of the server: one file in this folder and one line in its table. */
export interface Command {
  /** One sentence for `listCommands`. */
  readonly help: string;
  /** What the user must be allowed to do. Empty: anybody who has logged in (or auth is off). */
  readonly privileges: (call: Call) => readonly RequiredPrivilege[];
  /** May run before anybody has logged in, and is never refused. */
  readonly beforeLogin?: boolean;
  /** Must be sent to the database `admin`. */
  readonly adminOnly?: boolean;
  /**
   * Writes: a write concern is waited for, the reply is kept for a retry, and it goes on if the
   * client disconnects.
   */
  readonly writes?: boolean | ((call: Call) => boolean);
  readonly run: (call: Call) => Reply | Promise<Reply>;
}

/** `actions` on the collection that the command names in its first field. */
export function onCollection(...actions: string[]): Command["privileges"] {
  return (call) => [{ resource: { db: call.db, collection: namedCollection(call) }, actions }];
}

/** `actions` on the database that the command was sent to. */
export function onDatabase(...actions: string[]): Command["privileges"] {
  return (call) => [{ resource: { db: call.db, collection: "" }, actions }];
}

/** `actions` on the server as a whole. */
export function onCluster(...actions: string[]): Command["privileges"] {
  return () => [{ resource: { cluster: true }, actions }];
}

/** Needs no privilege. */
export const noPrivileges: Command["privileges"] = () => [];

function namedCollection({ name, body }: Call): string {
  const value: unknown = body[name];
  return typeof value === "string" ? value : "";
}
