import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { pastDeadline } from "../cancellation.ts";
import type { Deadlines, Timed } from "../deadlines.ts";
import { internal, type ServiceError, toServiceError } from "../errors.ts";
import type { PartialBytes } from "../frame-reader.ts";
import { FrameReader, frame } from "./frames.ts";
import { transferTimeoutMs } from "./limits.ts";
import { okTrailers, trailersOf } from "./status.ts";

const answerHeaders = {
  ":status": 200,
  "content-type": "application/grpc",
} as const satisfies OutgoingHttpHeaders;

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
  /** Nobody waits for the answer any more: the caller has left, or its deadline has passed, which is a reason. */
  gone?(reason?: ServiceError): void;
}

/** After the answer: what the client still wants to say is read past, and it is told that it need not be said. */
export function hangUp(stream: ServerHttp2Stream): void {
  if (stream.readableEnded) return;
  stream.resume();
  // A reset at once would overtake the answer.
  setImmediate(() => {
    if (!stream.readableEnded && !stream.destroyed) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

/**
 * One call that has come in: messages arrive, messages go out, and a status ends it. It ends by its deadline in any
 * case. A caller who neither sends nor reads is cut off after a minute.
 */
export class ServerCall implements Timed {
  readonly headers: IncomingHttpHeaders;
  /** When it is cut off: the caller's deadline, or nearer while bytes are on their way. */
  deadlineMs: number;
  readonly #stream: ServerHttp2Stream;
  readonly #options: ServerCallOptions;
  readonly #reader: FrameReader;
  #events: ServerCallEvents = {};
  #isAnswered = false;
  #isOver = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: ServerCallOptions) {
    this.headers = headers;
    this.#stream = stream;
    this.#options = options;
    this.#reader = new FrameReader((message) => this.#events.message?.(message), options.partial);
    this.deadlineMs = Math.min(options.deadlineMs, Date.now() + transferTimeoutMs);
    options.deadlines.watch(this);
    stream.on("data", (chunk: Buffer) => this.#onChunk(chunk));
    stream.on("end", () => this.#onEnd());
    stream.once("close", () => this.#onClose());
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
    this.#stream.write(bytes);
  }

  /** Sends the one answer of a unary call, in its frame, and ends it well. */
  answer(framed: Buffer): void {
    if (this.#isDeaf) return;
    this.#begin();
    this.#over(okTrailers);
    this.#stream.end(framed);
  }

  /** Ends the call, well or with a failure. */
  end(error?: ServiceError): void {
    if (this.#isDeaf) return;
    const trailers = error ? trailersOf(error) : okTrailers;
    this.#over(trailers);
    if (this.#isAnswered) {
      this.#stream.end();
    } else {
      this.#stream.respond({ ...answerHeaders, ...trailers }, { endStream: true });
    }
    hangUp(this.#stream);
  }

  onDeadline(): void {
    // The answer is there, but the caller does not read it.
    if (this.#isOver) {
      this.#stream.close(constants.NGHTTP2_CANCEL);
      return;
    }
    const reason = pastDeadline();
    this.end(reason);
    this.#events.gone?.(reason);
  }

  /** Whether nothing can be said any more: all has been said, or the stream is about to close. */
  get #isDeaf(): boolean {
    return this.#isOver || this.#stream.destroyed || this.#stream.closed;
  }

  #begin(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#stream.respond(answerHeaders, { waitForTrailers: true });
  }

  /** Nothing more will be said; the caller has a minute to read it. */
  #over(trailers: OutgoingHttpHeaders): void {
    this.#isOver = true;
    if (this.#isAnswered) {
      this.#stream.once("wantTrailers", () => this.#stream.sendTrailers(trailers));
    }
    this.deadlineMs = Date.now() + transferTimeoutMs;
    this.#options.deadlines.watch(this);
  }

  #onChunk(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      this.#reader.close();
      this.end(toServiceError(thrown));
    }
  }

  #onEnd(): void {
    if (this.#isOver) return;
    if (this.#reader.isWhole) this.#events.end?.();
    else this.end(internal("the request ended in the middle of a message"));
  }

  #onClose(): void {
    this.#reader.close();
    this.#options.deadlines.unwatch(this);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.gone?.();
  }
}
