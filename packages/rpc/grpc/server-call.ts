import { pastDeadline } from "../cancellation.ts";
import type { Deadlines, Timed } from "../deadlines.ts";
import { internal, type ServiceError, toServiceError } from "../errors.ts";
import type { PartialBytes } from "../frame-reader.ts";
import { type Field, type HeaderList, stable } from "../http2/headers.ts";
import { errorCodes } from "../http2/protocol.ts";
import type { Stream, StreamEvents } from "../http2/stream.ts";
import { FrameReader, frame } from "./frames.ts";
import { transferTimeoutMs } from "./limits.ts";
import { okTrailers, trailersOf } from "./status.ts";

/** What an answer begins with. */
export const answerHeaders: readonly Field[] = [
  stable(":status", "200"),
  stable("content-type", "application/grpc"),
];

/** What a call needs of the server that it came to. */
export interface ServerCallOptions {
  /** When its caller stops waiting. */
  readonly deadlineMs: number;
  readonly deadlines: Deadlines;
  readonly partial: PartialBytes;
}

/** What becomes of a call; what is not there does not matter to its method. */
export interface ServerCallEvents {
  message?(message: Buffer): void;
  /** The caller has sent everything. */
  end?(): void;
  /** Nobody waits for the answer any more: the caller has left; or the call has failed for this reason. */
  gone?(reason?: ServiceError): void;
}

/**
 * One call that has come in: messages arrive, messages go out, and a status ends it. It ends by its deadline in any
 * case. A caller who neither sends nor reads is cut off after a minute.
 */
export class ServerCall implements Timed, StreamEvents {
  readonly headers: HeaderList;
  /** When it is cut off: the caller's deadline, or nearer while bytes are on their way. */
  deadlineMs: number;
  readonly #stream: Stream;
  readonly #options: ServerCallOptions;
  readonly #reader: FrameReader;
  #events: ServerCallEvents = {};
  #isAnswered = false;
  #isOver = false;

  constructor(stream: Stream, headers: HeaderList, options: ServerCallOptions) {
    this.headers = headers;
    this.#stream = stream;
    this.#options = options;
    this.#reader = new FrameReader((message) => this.#events.message?.(message), options.partial);
    this.deadlineMs = Math.min(options.deadlineMs, Date.now() + transferTimeoutMs);
    options.deadlines.watch(this);
  }

  /** Says what shall happen; called before anything can have. */
  handle(events: ServerCallEvents): void {
    this.#events = events;
  }

  /** The request is complete: from now on only the caller's deadline counts. Streams say so as well. */
  arrived(): void {
    this.deadlineMs = this.#options.deadlineMs;
  }

  /** Sends a message. Throws if it is too large. */
  send(message: Uint8Array): void {
    if (this.#isDeaf) return;
    const bytes = frame(message);
    this.#begin();
    this.#stream.sendData(bytes);
  }

  /** Sends the one answer of a unary call, in its frame, and ends it well. */
  answer(framed: Buffer): void {
    if (this.#isDeaf) return;
    this.#begin();
    this.#stream.sendData(framed);
    this.#over(okTrailers);
  }

  /** Ends the call, well or with a failure. */
  end(error?: ServiceError): void {
    if (!this.#isDeaf) this.#over(error ? trailersOf(error) : okTrailers);
  }

  onDeadline(): void {
    // The answer is there, but the caller does not read it.
    if (this.#isOver) {
      this.#stream.reset(errorCodes.cancel);
      return;
    }
    this.#break(pastDeadline());
  }

  onData(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      this.#reader.close();
      this.#break(toServiceError(thrown));
    }
  }

  onEnd(): void {
    if (this.#isOver) return;
    if (this.#reader.isWhole) this.#events.end?.();
    else this.#break(internal("the request ended in the middle of a message"));
  }

  onClose(): void {
    this.#reader.close();
    this.#options.deadlines.unwatch(this);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.gone?.();
  }

  /** Ends the call with a failure that its method does not know of. */
  #break(reason: ServiceError): void {
    this.end(reason);
    this.#events.gone?.(reason);
  }

  /** Whether nothing can be said any more: all has been said, or the stream has closed. */
  get #isDeaf(): boolean {
    return this.#isOver || this.#stream.isClosed;
  }

  #begin(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#stream.sendHeaders(answerHeaders);
  }

  /** Says the last word; the caller has a minute to read it. */
  #over(trailers: readonly Field[]): void {
    this.#isOver = true;
    if (this.#isAnswered) this.#stream.sendTrailers(trailers);
    else this.#stream.sendHeaders([...answerHeaders, ...trailers], true);
    if (this.#stream.isClosed) return;
    this.deadlineMs = Date.now() + transferTimeoutMs;
    this.#options.deadlines.watch(this);
  }
}
