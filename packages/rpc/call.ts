import type { Logger } from "@faultline/telemetry/logger";
import type { Attributes, Context } from "@opentelemetry/api";

/** What bounds and places a piece of work, whoever does it: pass it to everything you await. */
export interface CallScope {
  /** Aborts when the deadline passes or the caller has gone away. */
  readonly signal: AbortSignal;
  /** When the work must be over, in milliseconds since the epoch; `Infinity` if never. */
  readonly deadlineMs: number;
  /** Where new spans belong. */
  readonly context: Context;
  readonly log: Logger;
}

/** One observed unit of work: a request received, a request made, or a store asked. */
export interface Call extends CallScope {
  readonly kind: "server" | "client";
  readonly system: "grpc" | "http" | "thrift" | "mongodb" | "memcached" | "redis";
  /** Low cardinality, and the name of the span: `geo.Geo/Nearby`, `GET /hotels`, `find geo`. */
  readonly name: string;
  /** Who does this work: the name of our own service. */
  readonly service: string;
  /** Whom it is asked of, for a client call: the callee or the store. */
  readonly peer?: string;
  /** Attributes for the span, known before the work starts. Never secrets. */
  readonly attributes: Attributes;
  /** The message or the query, for layers that look inside (faults). Never logged. */
  readonly request: unknown;
}

/** A layer around a unit of work. It calls `next` to go on, with the same or an altered call. */
export type Middleware = (call: Call, next: (call: Call) => Promise<unknown>) => Promise<unknown>;
