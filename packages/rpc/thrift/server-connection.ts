import type { Socket } from "node:net";
import type { Deadlines } from "../deadlines.ts";
import { exhausted, internal, toServiceError, unimplemented } from "../errors.ts";
import type { PartialBytes } from "../frame-reader.ts";
import { carriedBy } from "./carrier.ts";
import type { Arguments } from "./contract.ts";
import { FrameReader } from "./frames.ts";
import { goodbye } from "./goodbye.ts";
import { healthMethod, healthReply } from "./health.ts";
import { callsMax, firstCallMs, lingerMs, nameLengthMax, pipelinedMax } from "./limits.ts";
import { type MessageHeader, messageKinds, ThriftReader } from "./protocol.ts";
import { exceptionFrame, type ServedMethod, ServerCall } from "./server-call.ts";
import { applicationTypes } from "./status.ts";

/** What all connections of a server share. */
export interface ServerState {
  /** By their names on the wire. */
  readonly methods: ReadonlyMap<string, ServedMethod>;
  readonly deadlines: Deadlines;
  readonly partial: PartialBytes;
  /** What `Health` answers. */
  serving: boolean;
  /** Calls whose handlers have not ended. */
  underWay: number;
  /** Counts the looks at all connections: a clock that costs nothing to read. */
  looks: number;
  /** Called when a client does not read as fast as it is answered. */
  onUnsent(): void;
}

/** How many looks a connection may be without progress. */
export interface Patience {
  readonly transfer: number;
  readonly idle: number;
}

/** An answer, or what it will be. */
type Slot = ServerCall | { readonly answer: Buffer };

/**
 * One client. Its calls are worked on side by side, a few at a time, and answered in the order in which they came.
 * What it sends beyond that stays in its socket, as it does while it does not read. What is no Thrift ends it.
 */
export class ServerConnection {
  readonly #socket: Socket;
  readonly #state: ServerState;
  readonly #reader: FrameReader;
  /** Messages that wait for their turn: those of one chunk at most, since nothing is read meanwhile. */
  readonly #arrived: Buffer[] = [];
  /** Calls in the order in which they came. */
  readonly #slots: Slot[] = [];
  /** No call has come yet. */
  #isNew = true;
  #draining = false;
  #drainTimer: NodeJS.Timeout | undefined;
  #ended = false;
  #closed = false;
  /** The client is one of ours and understands a goodbye. */
  #isOurs = false;
  #activeAt: number;
  #partialSince: number | undefined;
  #unsentSince: number | undefined;

  constructor(socket: Socket, state: ServerState) {
    this.#socket = socket;
    this.#state = state;
    this.#activeAt = state.looks;
    this.#reader = new FrameReader((message) => this.#onMessage(message), state.partial);
    // Of TLS, too, whatever goes wrong ends this connection only.
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => this.#onChunk(chunk));
    socket.on("drain", () => this.#onDrain());
    socket.once("end", () => this.#onEnd());
    socket.once("close", () => this.#onClose());
  }

  /** What has been answered but not sent. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Finishes the calls that have come in, takes no others, and ends. */
  drain(): void {
    // Whether a client that has not called yet is one of ours, its first call tells, which may be on its way.
    if (this.#isNew) this.#drainTimer ??= setTimeout(() => this.#drainAfterReading(), firstCallMs);
    else this.#beginDrain();
  }

  /** What has arrived by now counts as in time, however busy this process is. */
  #drainAfterReading(): void {
    setImmediate(() => this.#beginDrain());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #beginDrain(): void {
    this.#draining = true;
    this.#advance();
  }

  /** Ends what has not got on for too long: half a message, an answer that is not read, or nothing at all. */
  look({ transfer, idle }: Patience): void {
    const since = (look: number | undefined) => (look === undefined ? 0 : this.#state.looks - look);
    const isStuck = since(this.#partialSince) > transfer || since(this.#unsentSince) > transfer;
    const isLeft = this.#ended && since(this.#activeAt) > transfer;
    if (isStuck || isLeft) this.destroy();
    else if (this.#isIdle && since(this.#activeAt) > idle) this.#beginDrain();
  }

  get #isIdle(): boolean {
    return this.#slots.length === 0 && this.#arrived.length === 0;
  }

  #onChunk(chunk: Buffer): void {
    // What comes too late is read past: bytes that are left unread would have the last answer thrown away.
    if (this.#draining) return;
    this.#activeAt = this.#state.looks;
    try {
      this.#reader.push(chunk);
      this.#partialSince = this.#reader.isWhole
        ? undefined
        : (this.#partialSince ?? this.#activeAt);
      this.#advance();
    } catch {
      // Frames cannot be told apart any more.
      this.destroy();
    }
  }

  #onMessage(message: Buffer): void {
    // The time of a message that is not whole begins anew behind each one that is.
    this.#partialSince = undefined;
    this.#isNew = false;
    this.#draining ||= this.#drainTimer !== undefined;
    this.#arrived.push(message);
  }

  /** Does whatever can be done now: sends answers, starts calls, reads on, ends. */
  #advance(): void {
    if (this.#closed) return;
    this.#send();
    this.#start();
    const isFull = this.#arrived.length > 0 || this.#slots.length >= pipelinedMax;
    if (isFull || this.#unsentSince !== undefined) this.#pause();
    else this.#socket.resume();
    if (this.#draining && this.#isIdle) this.#finish();
  }

  #pause(): void {
    this.#socket.pause();
    // That half a message stays so is not the client's doing now.
    this.#partialSince = undefined;
  }

  #start(): void {
    let started = 0;
    try {
      while (started < this.#arrived.length && this.#hasRoom) {
        const message = this.#arrived[started++];
        if (message) this.#receive(message);
      }
    } catch {
      this.destroy();
    }
    this.#arrived.splice(0, started);
  }

  get #hasRoom(): boolean {
    return this.#slots.length < pipelinedMax && this.#unsentSince === undefined;
  }

  /** Throws for what is no call. */
  #receive(message: Buffer): void {
    const reader = new ThriftReader(message);
    const header = reader.message();
    const { name, kind } = header;
    const isCall = kind === messageKinds.call || kind === messageKinds.oneway;
    if (!isCall || name.length > nameLengthMax) throw internal("the message is no call");
    const method = this.#state.methods.get(name);
    if (method) this.#call(header, method, reader);
    else if (name === healthMethod) this.#answer(healthReply(header.sequence, this.#state.serving));
    else this.#answer(unknownMethod(header));
  }

  #answer(answer: Buffer): void {
    this.#slots.push({ answer });
    this.#send();
  }

  #call(header: MessageHeader, served: ServedMethod, reader: ThriftReader): void {
    if (this.#state.underWay >= callsMax) {
      const error = exhausted(`the server works on ${callsMax} calls already`);
      this.#answer(exceptionFrame(header, error));
      return;
    }
    let given: Arguments<unknown>;
    try {
      given = served.method.readArguments(reader);
    } catch (thrown) {
      const { protocolError } = applicationTypes;
      this.#answer(exceptionFrame(header, toServiceError(thrown), protocolError));
      return;
    }
    const carried = carriedBy(given.carrier);
    this.#isOurs ||= carried.isOurs;
    const call = new ServerCall(header, carried, this.#onAnswer);
    if (header.kind !== messageKinds.oneway) this.#slots.push(call);
    this.#state.underWay++;
    if (Number.isFinite(call.deadlineMs)) this.#state.deadlines.watch(call);
    void call.serve(served, given.request, carried).finally(this.#onServed);
  }

  readonly #onServed = (): void => {
    this.#state.underWay--;
  };

  readonly #onAnswer = (call: ServerCall): void => {
    this.#state.deadlines.unwatch(call);
    if (this.#closed || this.#slots[0] !== call) return;
    this.#activeAt = this.#state.looks;
    this.#advance();
  };

  /** Sends the answers whose turn it is, several in one piece. */
  #send(): void {
    const slots = this.#slots;
    if (!slots[0]?.answer) return;
    const socket = this.#socket;
    const isSeveral = slots[1]?.answer !== undefined;
    if (isSeveral) socket.cork();
    for (let answer = slots[0].answer; answer; answer = slots[0]?.answer) {
      slots.shift();
      socket.write(answer);
    }
    if (isSeveral) socket.uncork();
    if (!socket.writableNeedDrain) return;
    this.#unsentSince ??= this.#state.looks;
    this.#state.onUnsent();
  }

  #onDrain(): void {
    this.#unsentSince = undefined;
    this.#advance();
  }

  /** The client has said all that it wants; it may wait for answers still, but one of ours has left. */
  #onEnd(): void {
    if (this.#isOurs) this.destroy();
    else this.#beginDrain();
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    const socket = this.#socket;
    // The first call of a client of ours may be on its way.
    if ((this.#isOurs || this.#isNew) && !socket.readableEnded) socket.write(goodbye);
    socket.end();
    socket.resume();
    // A client that does not close its side is not waited for.
    socket.once("finish", () => setTimeout(() => socket.destroy(), lingerMs).unref());
  }

  #onClose(): void {
    this.#closed = true;
    clearTimeout(this.#drainTimer);
    this.#reader.close();
    this.#arrived.length = 0;
    for (const slot of this.#slots) {
      if (!(slot instanceof ServerCall)) continue;
      this.#state.deadlines.unwatch(slot);
      slot.cancel();
    }
    this.#slots.length = 0;
  }
}

function unknownMethod(header: MessageHeader): Buffer {
  const error = unimplemented(`Invalid method name: '${header.name}'`);
  return exceptionFrame(header, error, applicationTypes.unknownMethod);
}
