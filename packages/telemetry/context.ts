import type { Context, Span, SpanContext } from "@opentelemetry/api";

// OpenTelemetry keeps the current span under this registered symbol so that copies of its API meet. Reading it
// here saves every process the API package's import; context.test.ts holds us to it.
const spanKey = Symbol.for("OpenTelemetry Context Key SPAN");

class Place implements Context {
  readonly #key: symbol | undefined;
  readonly #value: unknown;
  readonly #parent: Context | undefined;

  constructor(key?: symbol, value?: unknown, parent?: Context) {
    this.#key = key;
    this.#value = value;
    this.#parent = parent;
  }

  getValue(key: symbol): unknown {
    if (key === this.#key) return this.#value;
    return this.#parent?.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new Place(key, value, this);
  }

  deleteValue(key: symbol): Context {
    return new Place(key, undefined, this);
  }
}

/** The context of work that belongs to no trace. */
export const rootContext: Context = new Place();

export const sampledFlag = 1;

/** The context of work inside the given span. */
export function withSpan(parent: Context, span: Span): Context {
  return new Place(spanKey, span, parent);
}

/** The context of work whose parent span lives in another process. */
export function withRemoteParent(parent: SpanContext): Context {
  return new Place(spanKey, new UnrecordedSpan(parent), rootContext);
}

/** Where in a trace the context stands; undefined outside any trace. */
export function spanContextOf(context: Context): SpanContext | undefined {
  if (context === rootContext) return undefined;
  const span = context.getValue(spanKey);
  return isSpan(span) ? span.spanContext() : undefined;
}

/** The ids of the context's span as fields of a log line; none outside any trace. */
export function traceFields(context: Context): { trace_id?: string; span_id?: string } {
  const place = spanContextOf(context);
  return place ? { trace_id: place.traceId, span_id: place.spanId } : {};
}

/** The span that the context is in; undefined outside any trace. */
export function spanOf(context: Context): Span | undefined {
  const span = context.getValue(spanKey);
  return isSpan(span) ? span : undefined;
}

function isSpan(value: unknown): value is Span {
  return typeof value === "object" && value !== null && "spanContext" in value;
}

/** A span of which only the place is known: what is said of it is dropped. */
export class UnrecordedSpan implements Span {
  readonly #spanContext: SpanContext;

  constructor(spanContext: SpanContext) {
    this.#spanContext = spanContext;
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }
  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  end(): void {}
  isRecording(): boolean {
    return false;
  }
  recordException(): void {}
}
