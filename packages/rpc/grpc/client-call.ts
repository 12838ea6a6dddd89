import { traceparentOf, tracestateOf } from "@faultline/telemetry/trace-context";
import { watchCancellation } from "../bound-client.ts";
import type { Call } from "../call.ts";
import { pastDeadline } from "../cancellation.ts";
import type { Deadlines, Timed } from "../deadlines.ts";
import { internal, toServiceError, unimplemented } from "../errors.ts";
import { type Field, type HeaderList, stable, varying } from "../http2/headers.ts";
import { errorCodes } from "../http2/protocol.ts";
import type { Stream, StreamEvents } from "../http2/stream.ts";
import type { Outgoing, Replicas } from "../replicas.ts";
import { FrameReader } from "./frames.ts";
import { sendsMax } from "./limits.ts";
import type { Replica } from "./replica.ts";
import { failureIn, httpFailure, lostFailure, resetFailure } from "./status.ts";
import { timeoutUntil } from "./timeout.ts";

export interface ClientCallOptions {
  readonly call: Call;
  /** `/geo.Geo/Nearby`, as a header that is the same object for every call. */
  readonly path: Field;
  /** The request, framed. */
  readonly request: Buffer;
  readonly replicas: Replicas<Replica>;
  readonly deadlines: Deadlines;
  /** Called once: with the answer's bytes, or with a `ServiceError`. */
  readonly settle: (error: Error | undefined, response: Buffer | undefined) => void;
}

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
    this.#attempt = new Attempt(this, replica, fieldsOf(replica.head, path, call));
    this.#attempt.say(request);
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
    this.#attempt?.abandon();
    this.#options.settle(error, response);
  }
}

/** One stream of a call. */
class Attempt implements StreamEvents {
  readonly #stream: Stream;
  readonly #call: ClientCall;
  readonly #reader = new FrameReader((message) => this.#onMessage(message));
  #headers: HeaderList | undefined;
  #trailers: HeaderList | undefined;
  #response: Buffer | undefined;

  constructor(call: ClientCall, replica: Replica, fields: readonly Field[]) {
    this.#call = call;
    this.#stream = replica.request(fields, this);
  }

  /** Sends the request, which is all that will be said. */
  say(request: Buffer): void {
    this.#stream.sendData(request, true);
  }

  /** Tells the server that nobody waits any more, unless both sides are done. */
  abandon(): void {
    const { localEnded, remoteEnded } = this.#stream;
    if (!localEnded || !remoteEnded) this.#stream.reset(errorCodes.cancel);
  }

  onHeaders(headers: HeaderList): void {
    if (this.#headers) this.#trailers = headers;
    else this.#headers = headers;
  }

  onData(chunk: Buffer): void {
    // An answer that is not gRPC's has a body that is not either.
    if (!this.#headers || !isGrpc(this.#headers)) return;
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      this.#call.fail(toServiceError(thrown));
    }
  }

  onEnd(): void {
    const headers = this.#headers;
    if (!headers) return;
    const failure = failureOf(headers, this.#trailers);
    if (failure) this.#call.fail(failure);
    else if (!this.#response) this.#call.fail(internal("the server answered without a message"));
    else this.#call.succeed(this.#response);
  }

  onClose(errorCode: number): void {
    if (this.#call.isOver) return;
    if (errorCode === errorCodes.refusedStream && !this.#headers)
      this.#call.resend(resetFailure(errorCode));
    else if (this.#stream.isLost) this.#call.lost(this.#stream.lossCause);
    else this.#call.fail(resetFailure(errorCode));
  }

  #onMessage(message: Buffer): void {
    if (this.#response) throw internal("the server answered a unary call more than once");
    this.#response = message;
  }
}

/** What headers and trailers together tell of failure; an answer without a message has only headers. */
function failureOf(headers: HeaderList, trailers: HeaderList | undefined): Error | undefined {
  const status = Number(headers.get(":status"));
  const told = trailers ?? headers;
  if (status !== 200) {
    const isTold = told.get("grpc-status") !== undefined;
    return isTold ? failureIn(told) : httpFailure(status);
  }
  if (!isGrpc(headers)) return httpFailure(status);
  const encoding = headers.get("grpc-encoding");
  if (encoding !== undefined && encoding !== "identity")
    return unimplemented(`the server compresses with ${encoding}`);
  return failureIn(told);
}

function isGrpc(headers: HeaderList): boolean {
  return (
    headers.get(":status") === "200" &&
    headers.get("content-type")?.startsWith("application/grpc") === true
  );
}

const te = stable("te", "trailers");
const contentType = stable("content-type", "application/grpc");
const userAgent = stable("user-agent", "faultline");

function fieldsOf(head: readonly Field[], path: Field, call: Call): Field[] {
  const fields = [...head, path, te, contentType, userAgent];
  const timeout = timeoutUntil(call.deadlineMs, Date.now());
  if (timeout) fields.push(varying("grpc-timeout", timeout));
  const traceparent = traceparentOf(call.context);
  if (!traceparent) return fields;
  fields.push(varying("traceparent", traceparent));
  const tracestate = tracestateOf(call.context);
  if (tracestate) fields.push(varying("tracestate", tracestate));
  return fields;
}
