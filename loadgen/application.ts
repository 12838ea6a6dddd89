import type { Option } from "commander";
import type { ClientOptions } from "./runner/client.ts";
import type { Traffic } from "./runner/traffic.ts";

/** An application as the load sees it: a row of the table in `applications.ts`. */
export interface Application {
  /** Its front door, if no other is named. */
  readonly url: string;
  /** What the original's scripts write before the path of a request line, whatever they talk to. */
  readonly scriptOrigin: string;
  /** Its mixes of requests by name, the usual one first. */
  readonly mixes: readonly string[];
  /** What may be known of its data before the traffic, the usual first. */
  readonly bases: readonly string[];
  /** Of what the bases tell. */
  readonly basesSay: string;
  /** Options of its own on the command line. */
  readonly options?: readonly Option[];
  /** Its requests and what their right answers are. */
  traffic(plan: TrafficPlan): Traffic;
  /** Looks at the application before the traffic; gives another base, and why, if the planned one cannot be. */
  lookAt?(plan: TrafficPlan, client: ClientOptions): Promise<OtherBase | undefined>;
  /** What is to be done instead of sending traffic, if these options ask for it. */
  errand?(given: Given): Errand | undefined;
}

/** What was given for the application's own options. */
export type Given = Readonly<Record<string, unknown>>;

export interface TrafficPlan {
  readonly seed: number;
  readonly mix: string;
  readonly base: string;
  readonly given: Given;
}

export interface OtherBase {
  readonly base: string;
  /** A sentence for the person. */
  readonly reason: string;
}

/** A piece of work; it answers the exit code. */
export type Errand = (context: ErrandContext) => Promise<number>;

/** Work that cannot go on; the message is for the person. */
export class ErrandError extends Error {
  override readonly name = "ErrandError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface ErrandContext {
  readonly seed: number;
  readonly client: ClientOptions;
  readonly stop: AbortSignal;
  /** Tells how far it is; what is said last stays. */
  readonly progress: (line: string) => void;
  readonly say: (line: string) => void;
}
