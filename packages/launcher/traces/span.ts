/** A finished span, as it is kept. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer";
  readonly startUs: number;
  readonly durationUs: number;
  readonly failed: boolean;
  readonly statusMessage: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly events: readonly SpanEvent[];
  readonly service: string;
  /** What is true of the whole process. */
  readonly resource: Readonly<Record<string, AttributeValue>>;
}

export interface SpanEvent {
  readonly atUs: number;
  readonly name: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export type AttributeValue = string | number | boolean;
