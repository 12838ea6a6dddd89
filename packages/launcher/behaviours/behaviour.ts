import type { Child } from "../child.ts";
import type { DataDirectory } from "../data-directory.ts";
import type { LaunchError } from "../launch-error.ts";
import type { Screen } from "../screen.ts";

/** The running application as a behaviour sees it. */
export interface Launched {
  /** By name, stores first, in the order in which they may start. */
  readonly children: ReadonlyMap<string, Child>;
  readonly dataDirectory: DataDirectory;
  readonly screen: Screen;
  /** Show every log line. */
  readonly verbose: boolean;
  /** Aborts as soon as everything shall end. */
  readonly stopping: AbortSignal;
  /** Stops every server, callers before callees and stores last. Resolves when none is left. */
  stop(): Promise<void>;
  /** Stops everything because it cannot go on. */
  fail(error: LaunchError): void;
  /** Ends every process at once. */
  killAll(): void;
}

/** What a behaviour does, and when. */
export interface Hooks {
  /** Runs before any server starts, in the table's order. Throws a `LaunchError` to refuse the start. */
  beforeStart?(): Promise<void> | void;
  /** Runs once for every server, before its first start: listen to its events here. */
  watch?(child: Child): void;
  /** Runs when no server is left. Undoes what the others did. */
  afterStop?(): void;
}

/** One thing that the launcher does around its servers: a file here and a line in `launch.ts`. */
export type Behaviour = (launched: Launched) => Hooks;
