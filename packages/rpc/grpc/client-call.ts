import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from "node:http2";
import { traceparentOf, tracestateOf } from "@faultline/telemetry/trace-context";
import { watchCancellation } from "../bound-client.ts";
import type { Call } from "../call.ts";
import { pastDeadline } from "../cancellation.ts";
import type { Deadlines, Timed } from "../deadlines.ts";
import { internal, toServiceError, unimplemented } from "../errors.ts";
import type { Outgoing, Replicas } from "../replicas.ts";
import { FrameReader } from "./frames.ts";
import { sendsMax } from "./limits.ts";
import type { Replica } from "./replica.ts";
import { failureIn, httpFailure, lostFailure, resetFailure } from "./status.ts";
import { timeoutUntil } from "./timeout.ts";

export interface ClientCallOptions {
  readonly call: Call;
  /** `/geo.Geo/Nearby`. */
  readonly path: string;
  /** The request, framed. */
  readonly request: Buffer;
  readonly replicas: Replicas<Replica>;
  readonly deadlines: Deadlines;
  /** Called once: with the answer's bytes, or with a `ServiceError`. */
  readonly settle: (error: Error | undefined, response: Buffer | undefined) => void;
}

type Headers = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** One unary call, from its submission until it is settled. */
export class ClientCall implements Outgoing<Replica>, Timed {
  readonly deadlineMs: number;
  readonly #options: ClientCallOptions;
  readonly #stopWatching: () => void;
  #attempt: Attempt | undefined;
  #sends = 0;
  #isOver = false;

  /** Submits the call. */
  constructor(options: ClientCallOptions) {
    this.#options = options;
    this.deadlineMs = options.call.deadlineMs;
    this.#stopWatching = watchCancellation(options.call, (reason) => this.fail(reason));
    options.deadlines.watch(this);
    options.replicas.submit(this);
  }

  send(replica: Replica): void {
    this.#sends++;
    const { path, call, request } = this.#options;
    const stream = replica.request(headersOf(path, call));
    this.#attempt = new Attempt(stream, this);
    stream.end(request);
  }

  fail(error: Error): void {
    this.#settle(error, undefined);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  onDeadline(): void {
    this.fail(pastDeadline());
  }

  /** The server has not looked at the call: another may, while there are sends left. */
  resend(otherwise: Error): void {
    this.#attempt = undefined;
    if (this.#sends >= sendsMax) this.fail(otherwise);
    else this.#options.replicas.submit(this);
  }

  lost(cause: Error | undefined): void {
    this.fail(lostFailure(this.#options.call.peer ?? "the server", cause));
  }

  succeed(response: Buffer): void {
    this.#settle(undefined, response);
  }

  #settle(error: Error | undefined, response: Buffer | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopWatching();
    this.#options.deadlines.unwatch(this);
    this.#options.replicas.withdraw(this);
    if (error) this.#attempt?.abandon();
    this.#options.settle(error, response);
  }
}

/** One stream of a call. */
class Attempt {
  readonly #stream: ClientHttp2Stream;
  readonly #session: ClientHttp2Stream["session"];
  readonly #call: ClientCall;
  readonly #reader = new FrameReader((message) => this.#onMessage(message));
  #headers: Headers | undefined;
  #trailers: IncomingHttpHeaders | undefined;
  #response: Buffer | undefined;
  #error: Error | undefined;

  constructor(stream: ClientHttp2Stream, call: ClientCall) {
    this.#stream = stream;
    // A stream that has been closed does not tell any more.
    this.#session = stream.session;
    this.#call = call;
    stream.on("response", (headers) => {
      this.#headers = headers;
    });
    stream.on("trailers", (trailers) => {
      this.#trailers = trailers;
    });
    stream.on("data", (chunk: Buffer) => this.#onChunk(chunk));
    stream.on("end", () => this.#onEnd());
    stream.on("error", (error) => {
      this.#error = error;
    });
    stream.on("close", () => this.#onClose());
  }

  /** Tells the server that nobody waits any more, unless both sides are done. */
  abandon(): void {
    const { closed, readableEnded, writableFinished } = this.#stream;
    if (closed || (readableEnded && writableFinished)) return;
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #onMessage(message: Buffer): void {
    if (this.#response) throw internal("the server answered a unary call more than once");
    this.#response = message;
  }

  #onChunk(chunk: Buffer): void {
    // An answer that is not gRPC's has a body that is not either.
    if (!this.#headers || !isGrpc(this.#headers)) return;
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      this.#call.fail(toServiceError(thrown));
    }
  }

  #onEnd(): void {
    const headers = this.#headers;
    // Without headers the stream was reset, which `close` tells.
    if (!headers) return;
    const failure = failureOf(headers, this.#trailers);
    if (failure) this.#call.fail(failure);
    else if (!this.#trailers && headers["grpc-status"] === undefined) return;
    else if (!this.#response) this.#call.fail(internal("the server answered without a message"));
    else this.#call.succeed(this.#response);
  }

  #onClose(): void {
    if (this.#call.isOver) return;
    const { rstCode } = this.#stream;
    if (rstCode === constants.NGHTTP2_REFUSED_STREAM && !this.#headers)
      this.#call.resend(resetFailure(rstCode));
    else if (!this.#session || this.#session.destroyed) this.#call.lost(this.#error);
    else this.#call.fail(resetFailure(rstCode));
  }
}

/** What headers and trailers together tell of failure; an answer without a message has only headers. */
function failureOf(headers: Headers, trailers: IncomingHttpHeaders | undefined): Error | undefined {
  const status = headers[":status"];
  const told = trailers ?? headers;
  if (status !== 200) {
    const isTold = told["grpc-status"] !== undefined;
    return isTold ? failureIn(told) : httpFailure(status ?? 0);
  }
  if (!isGrpc(headers)) return httpFailure(status);
  const encoding = headers["grpc-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    return unimplemented(`the server compresses with ${encoding}`);
  // A stream that ends before its trailers was reset, which `close` tells.
  if (!trailers && headers["grpc-status"] === undefined) return undefined;
  return failureIn(told);
}

function isGrpc(headers: Headers): boolean {
  return (
    headers[":status"] === 200 && headers["content-type"]?.startsWith("application/grpc") === true
  );
}

function headersOf(path: string, call: Call): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    ":method": "POST",
    ":path": path,
    te: "trailers",
    "content-type": "application/grpc",
    "user-agent": "faultline",
  };
  const timeout = timeoutUntil(call.deadlineMs, Date.now());
  if (timeout) headers["grpc-timeout"] = timeout;
  const traceparent = traceparentOf(call.context);
  if (!traceparent) return headers;
  headers.traceparent = traceparent;
  const tracestate = tracestateOf(call.context);
  if (tracestate) headers.tracestate = tracestate;
  return headers;
}
