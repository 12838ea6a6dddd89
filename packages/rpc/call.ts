import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@faultline/telemetry/logger";
import type { Attributes, Context } from "@opentelemetry/api";
import type { Cancellation } from "./cancellation.ts";

/** What bounds and places a piece of work, whoever does it: pass it to everything you await. */
export interface CallScope {
  /** Aborts when the deadline passes or the caller has gone away. Made when first asked for. */
  readonly signal: AbortSignal;
  /** When the work must be over, in milliseconds since the epoch; `Infinity` if never. */
  readonly deadlineMs: number;
  /** Where new spans belong. */
  readonly context: Context;
  readonly log: Logger;
  /** What stands behind the signal where the scope is ours; lets transports watch without making a signal. */
  readonly cancellation?: Cancellation | undefined;
}

/** The scope, ending at the latest in so many milliseconds. */
export function within(scope: CallScope, limitMs: number): CallScope {
  const { context, log, cancellation } = scope;
  return {
    context,
    log,
    cancellation,
    deadlineMs: Math.min(scope.deadlineMs, Date.now() + limitMs),
    get signal() {
      return scope.signal;
    },
  };
}

/** A scope for what has to be done even if the caller has gone; it ends in so many milliseconds, or when `stop` aborts. */
export function onOurOwn(
  { context, log }: CallScope,
  limitMs: number,
  stop?: AbortSignal,
): CallScope {
  const limit = AbortSignal.timeout(limitMs);
  const signal = stop ? AbortSignal.any([limit, stop]) : limit;
  // Many calls may be made at once.
  setMaxListeners(0, signal);
  return { signal, deadlineMs: Date.now() + limitMs, context, log };
}

/** Whether so long has passed without the signal aborting: the pause of what is done again and again. */
export async function waited(durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(durationMs, undefined, { signal });
    return true;
  } catch {
    // Nothing but the signal ends a sleep.
    return false;
  }
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
  readonly peer?: string | undefined;
  /** Attributes for the span, known before the work starts. Never secrets. */
  readonly attributes: Attributes;
  /** The message or the query, for layers that look inside (faults). Never logged. */
  readonly request: unknown;
  /** What an HTTP door has answered; filled in before the layers learn of the end. */
  readonly outcome?: { status: number } | undefined;
}

/** A layer around a unit of work. It calls `next` to go on, with the same or an altered call. */
export type Middleware = (call: Call, next: (call: Call) => Promise<unknown>) => Promise<unknown>;

/** What may be altered of a call. A new deadline or cancellation comes with a new `Cancellation`. */
export type Alteration = Partial<
  Pick<Call, "attributes" | "cancellation" | "context" | "log" | "request">
>;

/** The call with some of it altered. A spread would leave the signal behind. */
export function alter(call: Call, changes: Alteration): Call {
  const { cancellation } = changes;
  return new Piece(
    {
      kind: call.kind,
      system: call.system,
      name: call.name,
      service: call.service,
      peer: call.peer,
      attributes: changes.attributes ?? call.attributes,
      request: "request" in changes ? changes.request : call.request,
      outcome: call.outcome,
      deadlineMs: cancellation?.deadlineMs ?? call.deadlineMs,
      context: changes.context ?? call.context,
      log: changes.log ?? call.log,
      cancellation: cancellation ?? call.cancellation,
    },
    cancellation ?? call,
  );
}

/** A call whose signal is somebody else's, and is made there when it is first asked for. */
export function callWith(
  fields: Omit<Call, "signal">,
  source: { readonly signal: AbortSignal },
): Call {
  return new Piece(fields, source);
}

/** Every call is one of these: an object with a getter of its own takes thirty times as long to make. */
class Piece implements Call {
  readonly kind: Call["kind"];
  readonly system: Call["system"];
  readonly name: string;
  readonly service: string;
  readonly peer: string | undefined;
  readonly attributes: Attributes;
  readonly request: unknown;
  readonly outcome: { status: number } | undefined;
  readonly deadlineMs: number;
  readonly context: Context;
  readonly log: Logger;
  readonly cancellation: Cancellation | undefined;
  readonly #source: { readonly signal: AbortSignal };

  constructor(fields: Omit<Call, "signal">, source: { readonly signal: AbortSignal }) {
    this.kind = fields.kind;
    this.system = fields.system;
    this.name = fields.name;
    this.service = fields.service;
    this.peer = fields.peer;
    this.attributes = fields.attributes;
    this.request = fields.request;
    this.outcome = fields.outcome;
    this.deadlineMs = fields.deadlineMs;
    this.context = fields.context;
    this.log = fields.log;
    this.cancellation = fields.cancellation;
    this.#source = source;
  }

  get signal(): AbortSignal {
    return this.#source.signal;
  }
}
