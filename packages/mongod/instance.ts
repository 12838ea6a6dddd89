import type { Document } from "bson";
import type { AccessControl } from "./access/access-control.ts";
import type { Catalog } from "./collections/catalog.ts";
import type { Cursors } from "./cursors/cursors.ts";
import type { Log } from "./log/log.ts";
import type { Operations } from "./operations.ts";
import type { Sessions } from "./sessions.ts";
import type { Storage } from "./storage.ts";
import type { TlsGate } from "./tls/gate.ts";

/** Counters that `serverStatus` shows. */
export interface Counters {
  connectionsCurrent: number;
  connectionsCreated: number;
  connectionsRejected: number;
  bytesIn: number;
  bytesOut: number;
  requests: number;
  readonly operations: Record<
    "insert" | "query" | "update" | "delete" | "getmore" | "command",
    number
  >;
}

/** One running server: what all its connections and commands share. */
export interface Instance {
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly cursors: Cursors;
  readonly sessions: Sessions;
  readonly operations: Operations;
  readonly control: AccessControl;
  readonly log: Log;
  readonly gate: TlsGate;
  readonly counters: Counters;
  /** What can be changed while it runs, by `setParameter`. */
  readonly parameters: Map<string, unknown>;
  readonly startedAt: Date;
  readonly port: number;
  readonly storageEngine: string;
  /** The command line, and what it came to. */
  readonly commandLine: { readonly argv: readonly string[]; readonly parsed: Document };
  /** Slower commands are logged. */
  slowMs: number;
  /** Ends the server in good order, after the reply to the caller. */
  readonly requestShutdown: () => void;
}
