import type {
  Attributes,
  AttributeValue,
  Context,
  Exception,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanOptions,
  SpanStatus,
  TimeInput,
} from "@opentelemetry/api";
import { sampledFlag, spanContextOf, UnrecordedSpan } from "./context.ts";
import type { Sampler } from "./sampling.ts";

/** Something that happened at a moment within a span. */
export interface SpanEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes: Attributes;
}

/** What is known of a span once it has ended. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly status: SpanStatus;
  readonly events: readonly SpanEvent[];
  readonly links: readonly Link[];
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly resource: { readonly attributes: Attributes };
  readonly parentSpanContext: SpanContext | undefined;
  spanContext(): SpanContext;
}

export interface SpanMakerOptions {
  readonly sampler: Sampler;
  /** Said of every span: whose it is. */
  readonly resource: Attributes;
  readonly onEnd: (span: FinishedSpan) => void;
}

const internalKind: SpanKind.INTERNAL = 0;
const unset: SpanStatus = { code: 0 };

/** Makes spans: those that are kept remember what is said of them, the others only hand on their place in the trace. */
export class SpanMaker {
  readonly #options: SpanMakerOptions;

  constructor(options: SpanMakerOptions) {
    this.#options = options;
  }

  /** A span below the context's, or at the root of a new trace. It must be ended. */
  startSpan(name: string, options: SpanOptions, context: Context): Span {
    const parent = spanContextOf(context);
    const traceId = parent?.traceId ?? randomHex(4);
    const isKept = this.#options.sampler(traceId, parent);
    const place: SpanContext = {
      traceId,
      spanId: randomHex(2),
      traceFlags: isKept ? sampledFlag : 0,
      ...(parent?.traceState ? { traceState: parent.traceState } : {}),
    };
    if (!isKept) return new UnrecordedSpan(place);
    return new RecordedSpan({ name, options, place, parent }, this.#options);
  }
}

interface Start {
  readonly name: string;
  readonly options: SpanOptions;
  readonly place: SpanContext;
  readonly parent: SpanContext | undefined;
}

/** A span of which everything is kept. After its end nothing more is. */
class RecordedSpan implements Span, FinishedSpan {
  name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  status: SpanStatus = unset;
  readonly events: SpanEvent[] = [];
  readonly links: Link[];
  readonly startTime: HrTime;
  duration: HrTime = [0, 0];
  readonly resource: { readonly attributes: Attributes };
  readonly parentSpanContext: SpanContext | undefined;
  readonly #place: SpanContext;
  readonly #onEnd: (span: FinishedSpan) => void;
  readonly #startMs = Date.now();
  // Durations come from the clock that nobody sets.
  readonly #startTickMs = performance.now();
  #durationMs: number | undefined;

  constructor({ name, options, place, parent }: Start, { resource, onEnd }: SpanMakerOptions) {
    this.name = name;
    this.kind = options.kind ?? internalKind;
    this.attributes = { ...options.attributes };
    this.links = [...(options.links ?? [])];
    this.startTime = hrTime(this.#startMs);
    this.resource = { attributes: resource };
    this.parentSpanContext = parent;
    this.#place = place;
    this.#onEnd = onEnd;
  }

  get endTime(): HrTime {
    return hrTime(this.#startMs + (this.#durationMs ?? 0));
  }

  spanContext(): SpanContext {
    return this.#place;
  }

  isRecording(): boolean {
    return this.#durationMs === undefined;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.isRecording()) this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.isRecording()) Object.assign(this.attributes, attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput): this {
    const isTime = typeof attributesOrTime !== "object" || attributesOrTime instanceof Date;
    const attributes = isTime || Array.isArray(attributesOrTime) ? {} : attributesOrTime;
    const sinceMs = performance.now() - this.#startTickMs;
    if (this.isRecording())
      this.events.push({ name, attributes, time: hrTime(this.#startMs + sinceMs) });
    return this;
  }

  addLink(link: Link): this {
    if (this.isRecording()) this.links.push(link);
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.isRecording()) this.status = status;
    return this;
  }

  updateName(name: string): this {
    if (this.isRecording()) this.name = name;
    return this;
  }

  recordException(exception: Exception): void {
    const { name, message } = typeof exception === "string" ? new Error(exception) : exception;
    this.addEvent("exception", {
      "exception.type": name ?? "Error",
      "exception.message": message ?? "",
    });
  }

  end(): void {
    if (!this.isRecording()) return;
    this.#durationMs = performance.now() - this.#startTickMs;
    this.duration = hrTime(this.#durationMs);
    this.#onEnd(this);
  }
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1e3);
  return [seconds, Math.round((ms - seconds * 1e3) * 1e6)];
}

/** Random digits, eight a word; never all zeros, which would be no id. */
function randomHex(words: number): string {
  let hex = "";
  for (let word = 0; word < words; word++) {
    const number = Math.floor(Math.random() * 0xffff_ffff) + 1;
    hex += number.toString(16).padStart(8, "0");
  }
  return hex;
}
