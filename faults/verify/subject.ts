import type { Driver } from "../driver.ts";
import type { LauncherApi } from "../drivers/launcher-api.ts";
import type { Injector } from "../injector.ts";
import type { Topology } from "../topology.ts";
import type { Check } from "./check.ts";
import type { Route } from "./routes.ts";

/** A running application that faults are verified against. */
export interface Subject {
  readonly topology: Topology;
  readonly driver: Driver;
  /** Where traces and ways can be asked for; undefined outside of a launcher. */
  readonly api: LauncherApi | undefined;
  readonly injector: Injector;
  readonly dataDirectory: string;
  /** Values of parameters other than those that `verify` would take. */
  readonly given?: Readonly<Record<string, string>> | undefined;
  readonly routes: readonly Route[];
  readonly frontDoor: { readonly name: string; readonly url: string; readonly tracedAs: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long each load lasts. */
  readonly phaseMs: number;
  /** Hears of each check as soon as it is made. */
  readonly onCheck: (check: Check) => void;
}
