import type { ReadyCheck } from "./ready/check.ts";

/** A program with its arguments and its whole environment: nothing of the launcher's own leaks in. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Started by root, it gives up root's rights. */
  readonly unprivileged?: boolean;
}

export type ServerKind = "service" | "front door" | "mongod" | "memcached" | "redis";

/** What depends on the port that a server listens on. */
export interface Listening {
  readonly command: CommandLine;
  readonly port: number;
  /** Where it listens, as a person would type it. */
  readonly url: string;
  readonly ready: ReadyCheck;
  /** Done once after each start before it counts as ready, such as creating a new database's users. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
}

/** One process that shall run: how it is started, when it counts as ready, and whom it needs. */
export interface ServerPlan extends Listening {
  /** As in the original deployment: `geo`, `mongodb-geo`, `memcached-rate`; a second replica is `geo-2`. */
  readonly name: string;
  readonly kind: ServerKind;
  readonly metricsPort?: number;
  /** The port that its table says, where another application has that. */
  readonly movedFrom?: number;
  /** Further front doors of the same process. */
  readonly moreDoors?: readonly Pick<ServerPlan, "name" | "port" | "url">[];
  /** The same server, were it to listen on another port; its metrics stay where they are. */
  at(port: number): Listening;
  /** Servers that must be ready before this one is started. */
  readonly startAfter: readonly string[];
  /** Servers that this one uses: they are stopped after it. */
  readonly uses: readonly string[];
}
