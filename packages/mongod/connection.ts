import type { Duplex } from "node:stream";
import { readInt32 } from "./bson/bytes.ts";
import { encode } from "./bson/codec.ts";
import type { Client } from "./client.ts";
import type { Reply } from "./commands/command.ts";
import { dispatch } from "./dispatch.ts";
import { errorReply, MongoError } from "./errors.ts";
import type { Instance } from "./instance.ts";
import { limits } from "./limits.ts";
import { FrameReader } from "./wire/frames.ts";
import { type Request, readRequest, WireError, writeReply } from "./wire/message.ts";

/** One connection's work: requests one after the other, replies in the same order. */
export interface Connection {
  /** Resolves when the connection is closed, whoever closed it. */
  readonly closed: Promise<void>;
  /** Lets the request under way finish and closes then. */
  end(): void;
}

/**
 * Serves a stream until it ends. Reads no further while too many requests wait or the other
 * side does not take its replies, so that neither can make the server's memory grow.
 */
export function serveConnection(stream: Duplex, client: Client, instance: Instance): Connection {
  const served = new Served(stream, client, instance);
  return { closed: served.closed, end: () => served.end() };
}

/** Requests that are handled before other connections get their turn. */
const handledAtOnce = 16;

class Served {
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #client: Client;
  readonly #instance: Instance;
  readonly #reader = new FrameReader();
  readonly #waiting: Buffer[] = [];
  #busy = false;
  #ending = false;

  constructor(stream: Duplex, client: Client, instance: Instance) {
    this.#stream = stream;
    this.#client = client;
    this.#instance = instance;
    this.closed = new Promise((resolve) => stream.once("close", resolve));
    stream.once("close", () => instance.operations.forget(client));
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("error", (error) => this.#fail(error));
    stream.on("end", () => stream.destroy());
  }

  end(): void {
    this.#ending = true;
    if (!this.#busy) this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#instance.counters.bytesIn += chunk.length;
    try {
      for (const frame of this.#reader.push(chunk)) this.#waiting.push(frame);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#waiting.length > limits.pipelinedMax) this.#stream.pause();
    if (!this.#busy) this.#work();
  }

  /** Handles what waits until something has to be waited for. */
  #work(): void {
    for (let handled = 0; handled < handledAtOnce; handled += 1) {
      const frame = this.#waiting.shift();
      if (!frame || this.#stream.destroyed) {
        this.#busy = false;
        if (!this.#stream.destroyed) this.#stream.resume();
        return;
      }
      this.#busy = true;
      if (!this.#handle(frame)) return;
    }
    setImmediate(() => this.#work());
  }

  /** False if the next request has to wait. */
  #handle(frame: Buffer): boolean {
    this.#instance.counters.requests += 1;
    let request: Request;
    try {
      request = readRequest(frame);
    } catch (error) {
      return this.#refuse(frame, error);
    }
    const reply = dispatch(request, this.#client, this.#instance);
    if (!(reply instanceof Promise)) return this.#answer(request, reply);
    void reply.then((ready) => {
      if (this.#answer(request, ready)) this.#work();
    });
    return false;
  }

  /** What is a message but cannot be understood is answered; the rest closes the connection. */
  #refuse(frame: Buffer, error: unknown): boolean {
    if (error instanceof WireError || frame.length < 16) {
      this.#fail(error);
      return false;
    }
    const request = { id: readInt32(frame, 4), legacy: false, compressor: 0, checksum: false };
    const answered = this.#send(writeReply(request, errorReply(error)));
    if (!(error instanceof MongoError) || error.codeName !== "InvalidBSON") return answered;
    this.#stream.end();
    return false;
  }

  #answer(request: Request, reply: Reply): boolean {
    if (this.#stream.destroyed) return false;
    const goesOn = request.moreToCome || this.#send(frameOf(request, reply));
    if (!this.#client.closeAfterReply && !this.#ending) return goesOn;
    this.#stream.end();
    return false;
  }

  /** False if the other side has to take what it was sent first. */
  #send(frame: Buffer): boolean {
    this.#instance.counters.bytesOut += frame.length;
    if (this.#stream.write(frame)) return true;
    this.#stream.once("drain", () => this.#work());
    return false;
  }

  #fail(error: unknown): void {
    if (this.#stream.destroyed) return;
    if (error instanceof WireError) {
      this.#instance.log.write("receiveFailed", `conn${this.#client.id}`, {
        error: { code: 17, codeName: "ProtocolError", errmsg: error.message },
        remote: this.#client.remote,
        connectionId: this.#client.id,
      });
    }
    this.#stream.destroy();
  }
}

function frameOf(request: Request, reply: Reply): Buffer {
  const encoded = reply instanceof Uint8Array ? reply : encode(reply);
  if (encoded.length <= limits.maxMessageSizeBytes - 64) return writeReply(request, encoded);
  const error = new MongoError("BSONObjectTooLarge", "reply is larger than a message may be");
  return writeReply(request, errorReply(error));
}
