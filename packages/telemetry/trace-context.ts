import type { Context, SpanContext, TraceState } from "@opentelemetry/api";
import { rootContext, spanContextOf, withRemoteParent } from "./context.ts";

/** The headers that carry a place in a trace between processes, as read from a request. */
export interface TraceHeaders {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  /** Jaeger's own header, read only where there is no `traceparent`. */
  readonly uberTraceId?: string | undefined;
}

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const uberPattern =
  /^([0-9a-f]{1,32})(?::|%3a)([0-9a-f]{1,16})(?::|%3a)[0-9a-f]*(?::|%3a)([0-9a-f]{1,2})$/i;
const tracestateMax = 512;

/** The context that a request's headers put its work into; malformed headers count as absent. */
export function contextFromHeaders(headers: TraceHeaders): Context {
  const parent = headers.traceparent
    ? parseTraceparent(headers.traceparent, headers.tracestate)
    : parseUberTraceId(headers.uberTraceId);
  return parent ? withRemoteParent(parent) : rootContext;
}

/** What to send as `traceparent` for work in the context; undefined outside any trace. */
export function traceparentOf(context: Context): string | undefined {
  const place = spanContextOf(context);
  if (!place) return undefined;
  return `00-${place.traceId}-${place.spanId}-${(place.traceFlags & 1) === 1 ? "01" : "00"}`;
}

/** What to send as `uber-trace-id`, in Jaeger's form; undefined outside any trace. */
export function uberTraceIdOf(context: Context): string | undefined {
  const place = spanContextOf(context);
  if (!place) return undefined;
  return `${place.traceId}:${place.spanId}:0:${(place.traceFlags & 1) === 1 ? "01" : "00"}`;
}

/** What to send as `tracestate` beside `traceparent`; undefined if there is none. */
export function tracestateOf(context: Context): string | undefined {
  return spanContextOf(context)?.traceState?.serialize() || undefined;
}

export function parseTraceparent(text: string, tracestate?: string): SpanContext | undefined {
  const [, version, traceId, spanId, flags, rest] = traceparentPattern.exec(text) ?? [];
  if (!version || !traceId || !spanId || !flags || version === "ff") return undefined;
  if (version === "00" && rest) return undefined;
  return place(traceId, spanId, Number.parseInt(flags, 16), tracestate);
}

export function parseUberTraceId(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = uberPattern.exec(text ?? "") ?? [];
  if (!traceId || !spanId || !flags) return undefined;
  const lower = { traceId: traceId.toLowerCase(), spanId: spanId.toLowerCase() };
  return place(
    lower.traceId.padStart(32, "0"),
    lower.spanId.padStart(16, "0"),
    Number.parseInt(flags, 16),
  );
}

function place(traceId: string, spanId: string, flags: number, tracestate?: string) {
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const known: SpanContext = { traceId, spanId, traceFlags: flags & 1, isRemote: true };
  if (!tracestate || tracestate.length > tracestateMax) return known;
  return { ...known, traceState: new PassedOnState(tracestate) };
}

/** Vendors' state, which we pass on as it came. */
class PassedOnState implements TraceState {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  set(key: string, value: string): TraceState {
    return new PassedOnState([`${key}=${value}`, ...this.#without(key)].join(","));
  }

  unset(key: string): TraceState {
    return new PassedOnState(this.#without(key).join(","));
  }

  get(key: string): string | undefined {
    const member = this.#members().find((entry) => entry.startsWith(`${key}=`));
    return member?.slice(key.length + 1);
  }

  serialize(): string {
    return this.#text;
  }

  #members(): string[] {
    return this.#text.split(",").map((entry) => entry.trim());
  }

  #without(key: string): string[] {
    return this.#members().filter((entry) => !entry.startsWith(`${key}=`));
  }
}
