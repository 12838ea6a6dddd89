import type { BoundMethod } from "../bound-service.ts";
import { Cancellation, pastDeadline } from "../cancellation.ts";
import type { Timed } from "../deadlines.ts";
import { internal, ServiceError, toServiceError } from "../errors.ts";
import type { Carried } from "./carrier.ts";
import type { ThriftMethod } from "./contract.ts";
import { encodeFrame } from "./frames.ts";
import { type MessageHeader, messageKinds } from "./protocol.ts";
import { applicationTypes, encodeApplicationException } from "./status.ts";

/** A method that a Thrift server answers. */
export interface ServedMethod extends BoundMethod {
  // biome-ignore lint/suspicious/noExplicitAny: the messages of all methods differ; the contract pairs them.
  readonly method: ThriftMethod<any, any>;
}

/** One call that has come in, until there is an answer to it: the handler's, or that its time is over. */
export class ServerCall implements Timed {
  readonly deadlineMs: number;
  readonly header: MessageHeader;
  /** The answer in its frame, once there is one. */
  answer: Buffer | undefined;
  readonly #cancellation: Cancellation;
  readonly #onAnswer: (call: ServerCall) => void;

  constructor(
    header: MessageHeader,
    { deadlineMs }: Carried,
    onAnswer: (call: ServerCall) => void,
  ) {
    this.header = header;
    this.deadlineMs = deadlineMs;
    this.#cancellation = new Cancellation(deadlineMs);
    this.#onAnswer = onAnswer;
  }

  /** Resolves when the handler has ended, whoever still waits for the answer. */
  async serve(served: ServedMethod, request: unknown, { context }: Carried): Promise<void> {
    try {
      const cancellation = this.#cancellation;
      const response = await served.serve({ request, context, cancellation });
      if (!this.answer) this.#settle(this.#reply(served, response));
    } catch (thrown) {
      if (!this.answer) this.#settle(this.#failure(served, toServiceError(thrown)));
    }
  }

  /** Nobody waits for the answer any more. */
  cancel(): void {
    this.#cancellation.cancel();
  }

  onDeadline(): void {
    if (this.answer) return;
    const reason = pastDeadline();
    this.#settle(exceptionFrame(this.header, reason));
    this.#cancellation.cancel(reason);
  }

  #settle(answer: Buffer): void {
    this.answer = answer;
    this.#onAnswer(this);
  }

  #reply({ method, path }: ServedMethod, response: unknown): Buffer {
    try {
      return encodeFrame(replyTo(this.header), (writer) => method.writeResult(writer, response));
    } catch (cause) {
      // A message that is too large says so by itself.
      if (cause instanceof ServiceError && cause.code === "resourceExhausted") throw cause;
      throw internal(`cannot encode the response of ${path}`, { cause });
    }
  }

  #failure({ method }: ServedMethod, error: ServiceError): Buffer {
    try {
      if (error.exceptionCode === undefined) return exceptionFrame(this.header, error);
      return encodeFrame(replyTo(this.header), (writer) => method.writeException(writer, error));
    } catch (cause) {
      return exceptionFrame(this.header, internal("cannot encode the failure", { cause }));
    }
  }
}

function replyTo({ name, sequence }: MessageHeader): MessageHeader {
  return { name, sequence, kind: messageKinds.reply };
}

/** The answer that tells of a failure outside of the contract, in its frame. */
export function exceptionFrame(
  { name, sequence }: MessageHeader,
  error: ServiceError,
  type: number = applicationTypes.unknown,
): Buffer {
  return encodeApplicationException({ name, sequence, type, error });
}
