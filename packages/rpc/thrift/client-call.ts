import { watchCancellation } from "../bound-client.ts";
import type { Call } from "../call.ts";
import { pastDeadline } from "../cancellation.ts";
import type { Deadlines, Timed } from "../deadlines.ts";
import { internal, type ServiceError, toServiceError } from "../errors.ts";
import type { Outgoing, Replicas } from "../replicas.ts";
import { carrierOf } from "./carrier.ts";
import type { ClientConnection, Exchange } from "./client-connection.ts";
import type { ThriftMethod } from "./contract.ts";
import { encodeFrame } from "./frames.ts";
import { sendsMax } from "./limits.ts";
import { messageKinds, type ThriftReader } from "./protocol.ts";
import type { Replica } from "./replica.ts";
import { lostFailure, readApplicationException } from "./status.ts";

/** What all calls of one client share. */
export interface Line {
  readonly replicas: Replicas<Replica>;
  readonly deadlines: Deadlines;
  /** How long a call waits for a connection, in milliseconds. */
  readonly waitMs: number;
  /** The failure of a call that has waited so long. */
  full(): ServiceError;
  /** A number for a call, other than those of calls before it. */
  nextSequence(): number;
}

export interface ClientCallOptions {
  readonly call: Call;
  // biome-ignore lint/suspicious/noExplicitAny: the messages of all methods differ; the contract pairs them.
  readonly method: ThriftMethod<any, any>;
  readonly line: Line;
  readonly resolve: (response: unknown) => void;
  /** Called with a `ServiceError`. */
  readonly reject: (error: Error) => void;
}

/** One call, from its submission until it is settled. */
export class ClientCall implements Outgoing<Replica>, Exchange, Timed {
  readonly request: Buffer;
  /** The call's deadline, or nearer while it waits for a connection. */
  deadlineMs: number;
  readonly #options: ClientCallOptions;
  readonly #sequence: number;
  readonly #stopWatching: () => void;
  #connection: ClientConnection | undefined;
  #sends = 0;
  #isOver = false;

  /** Submits the call. Throws if its request cannot be sent. */
  constructor(options: ClientCallOptions) {
    const { call, method, line } = options;
    this.#options = options;
    this.#sequence = line.nextSequence();
    const heading = { name: method.name, kind: messageKinds.call, sequence: this.#sequence };
    const carrier = carrierOf(call);
    this.request = encodeFrame(heading, (writer) =>
      method.writeArguments(writer, call.request, carrier),
    );
    this.deadlineMs = call.deadlineMs;
    this.#stopWatching = watchCancellation(call, (reason) => this.fail(reason));
    this.#submit();
  }

  send(replica: Replica): void {
    this.#connection = replica.send(this);
    if (!this.#connection) {
      this.#options.line.replicas.submit(this);
      return;
    }
    this.#sends++;
    const { deadlineMs } = this.#options.call;
    if (this.deadlineMs === deadlineMs) return;
    this.deadlineMs = deadlineMs;
    this.#options.line.deadlines.watch(this);
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#over();
    this.#connection?.abandon(this);
    this.#options.reject(error);
  }

  onDeadline(): void {
    const isWaiting = !this.#connection && this.deadlineMs < this.#options.call.deadlineMs;
    this.fail(isWaiting ? this.#options.line.full() : pastDeadline());
  }

  receive(reader: ThriftReader): boolean {
    this.#connection = undefined;
    try {
      const { name, kind, sequence } = reader.message();
      // An answer to somebody else's call must never be taken for one's own.
      if (name !== this.#options.method.name || sequence !== this.#sequence)
        throw internal(`the server answered another call than that of ${this.#options.call.name}`);
      if (kind === messageKinds.exception) this.fail(readApplicationException(reader));
      else if (kind === messageKinds.reply) return this.#readResult(reader);
      else throw internal("the server's message is no answer");
    } catch (cause) {
      this.fail(unreadable(this.#options.call, cause));
      return false;
    }
    return true;
  }

  refused(): void {
    this.#connection = undefined;
    if (this.#isOver) return;
    if (this.#sends >= sendsMax) this.lost(undefined);
    else this.#submit();
  }

  lost(cause: Error | undefined): void {
    this.#connection = undefined;
    this.fail(lostFailure(this.#options.call.peer ?? "the server", cause));
  }

  #submit(): void {
    const { line, call } = this.#options;
    line.replicas.submit(this);
    if (this.#isOver) return;
    if (!this.#connection) this.deadlineMs = Math.min(call.deadlineMs, Date.now() + line.waitMs);
    line.deadlines.watch(this);
  }

  /** Throws for what is no result of the method. */
  #readResult(reader: ThriftReader): boolean {
    let response: unknown;
    try {
      response = this.#options.method.readResult(reader);
    } catch (thrown) {
      const error = toServiceError(thrown);
      // What the contract declares, and an answer without a result, are answers all the same.
      if (error.exceptionCode === undefined && error.code !== "unknown") throw error;
      this.fail(error);
      return true;
    }
    this.#over();
    this.#options.resolve(response);
    return true;
  }

  #over(): void {
    this.#isOver = true;
    this.#stopWatching();
    this.#options.line.deadlines.unwatch(this);
    this.#options.line.replicas.withdraw(this);
  }
}

function unreadable({ peer = "the server", name }: Call, cause: unknown): ServiceError {
  const { message } = toServiceError(cause);
  return internal(`${peer} answered ${name} with what cannot be read: ${message}`, { cause });
}
