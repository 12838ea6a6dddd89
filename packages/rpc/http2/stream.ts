import type { Field, HeaderList } from "./headers.ts";

/** What happens to a stream; called in this order. */
export interface StreamEvents {
  /** An answer's headers, and trailers of either side. */
  onHeaders?(headers: HeaderList): void;
  onData?(bytes: Buffer): void;
  /** The other side has said everything. */
  onEnd?(): void;
  /** The last event, and always one. The code is one of `errorCodes`: `none` if both sides were done. */
  onClose(errorCode: number): void;
}

/** What streams need of their session. */
export interface StreamHost {
  sendHeaders(stream: Stream, fields: readonly Field[], isEnd: boolean): void;
  /** Sends what the windows allow of what the stream has to say. */
  pump(stream: Stream): void;
  reset(stream: Stream, errorCode: number): void;
  /** The stream is over. */
  finish(stream: Stream, errorCode: number): void;
  /** Counts what a stream has to say. */
  hold(bytes: number): void;
  /** Whether the connection is no more, and why. */
  readonly isClosed: boolean;
  readonly error: Error | undefined;
}

const nothing: StreamEvents = { onClose() {} };

/** One exchange of a connection: what either side says to the other, each until it has said its last. */
export class Stream {
  readonly id: number;
  events: StreamEvents = nothing;
  /** How many bytes the other side takes. */
  sendWindow: number;
  /** How many bytes have come since the other side was last told that it may send more. */
  unacknowledged = 0;
  hasHeaders = false;
  /** Nothing more will be said, by us or to us. */
  localEnded = false;
  remoteEnded = false;
  isClosed = false;
  /** What is still to be sent, once the windows allow it. */
  readonly pending: Buffer[] = [];
  pendingEnd: "data" | "trailers" | undefined;
  trailers: readonly Field[] | undefined;
  readonly #host: StreamHost;

  constructor(host: StreamHost, id: number, sendWindow: number) {
    this.#host = host;
    this.id = id;
    this.sendWindow = sendWindow;
  }

  /** Whether it has ended because its connection has. */
  get isLost(): boolean {
    return this.isClosed && this.#host.isClosed;
  }

  /** Why its connection has ended. */
  get lossCause(): Error | undefined {
    return this.#host.error;
  }

  sendHeaders(fields: readonly Field[], isEnd = false): void {
    if (!this.#isMute) this.#host.sendHeaders(this, fields, isEnd);
  }

  sendData(bytes: Buffer, isEnd = false): void {
    if (this.#isMute) return;
    this.pending.push(bytes);
    this.#host.hold(bytes.length);
    if (isEnd) this.pendingEnd = "data";
    this.#host.pump(this);
  }

  /** The last word of an answer, after its messages. */
  sendTrailers(fields: readonly Field[]): void {
    if (this.#isMute) return;
    this.trailers = fields;
    this.pendingEnd = "trailers";
    this.#host.pump(this);
  }

  /** Ends it at once in both directions. */
  reset(errorCode: number): void {
    if (!this.isClosed) this.#host.reset(this, errorCode);
  }

  get #isMute(): boolean {
    return this.isClosed || this.localEnded || this.pendingEnd !== undefined;
  }
}
