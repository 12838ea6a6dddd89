import type { Socket } from "node:net";
import { type FrameHead, FrameInput, type FrameSink } from "./frame-input.ts";
import { FrameOutput } from "./frame-output.ts";
import { HeaderEncoder } from "./header-encoder.ts";
import { HeaderInput } from "./header-input.ts";
import type { Field } from "./headers.ts";
import {
  assertProtocol,
  ConnectionError,
  errorCodes,
  frameFlags,
  frameTypes,
  preface,
  settingIds,
  streamIdMax,
  windowBytesDefault,
} from "./protocol.ts";
import { SendWindows } from "./send-windows.ts";
import type { SessionEvents, SessionOptions } from "./session-options.ts";
import { decodeSettings, encodeSettings } from "./settings.ts";
import { Stream, type StreamEvents, type StreamHost } from "./stream.ts";
import { StreamInput } from "./stream-input.ts";
import { StreamTable } from "./stream-table.ts";

/** Answers to pings and the like that may wait for a side that does not read. */
const controlRepliesMax = 1_000;

/** One HTTP/2 connection over a socket, of either role: what gRPC needs of RFC 9113, and nothing else. */
export class Session implements StreamHost, FrameSink {
  isClosed = false;
  /** Why it ended, if something was wrong. */
  error: Error | undefined;
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #input = new FrameInput(this);
  readonly #output: FrameOutput;
  readonly #headerInput: HeaderInput;
  readonly #streamInput: StreamInput;
  readonly #encoder = new HeaderEncoder();
  readonly #windows: SendWindows;
  readonly #streams: StreamTable;
  readonly #pings: (() => void)[] = [];
  #prefaceLeft: Buffer;
  #hasSettings = false;
  #controlReplies = 0;
  #peerStreamsMax = streamIdMax;

  /** Begins to speak at once. The socket may still be connecting. */
  constructor(socket: Socket, options: SessionOptions, events: SessionEvents) {
    this.#socket = socket;
    this.#options = options;
    this.#events = events;
    const output = new FrameOutput(socket);
    const windows = new SendWindows(output, this.#encoder, (stream) => this.#onSent(stream));
    const streams = new StreamTable(options.role);
    this.#output = output;
    this.#windows = windows;
    this.#streams = streams;
    this.#headerInput = new HeaderInput(options.headerListBytesMax);
    this.#streamInput = new StreamInput({ options, events, host: this, streams, windows, output });
    this.#prefaceLeft = options.role === "server" ? preface : Buffer.alloc(0);
    this.#listen(socket);
    this.#greet();
  }

  /** Whether new streams can be opened. */
  get isOpen(): boolean {
    return !this.#streams.isClosing && !this.isClosed;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** Opens a stream, as a client; only while it is open. */
  request(fields: readonly Field[], events: StreamEvents): Stream {
    const stream = new Stream(this, this.#streams.takeId(), this.#windows.initial);
    stream.events = events;
    this.#streams.add(stream);
    this.#output.headers(0, stream.id, this.#encoder.encode(fields));
    if (this.#streams.isUsedUp) {
      this.#streams.isClosing = true;
      this.#events.goaway?.(errorCodes.none);
    }
    return stream;
  }

  /** Asks whether the other side is still there. */
  ping(onAnswer: () => void): void {
    this.#pings.push(onAnswer);
    this.#output.frame(frameTypes.ping, 0, 0, Buffer.alloc(8));
  }

  /** Takes no more streams, lets those there are end, and closes the connection. */
  close(): void {
    if (!this.isOpen) return;
    this.#streams.isClosing = true;
    this.#sayGoodbye(errorCodes.none);
    this.#closeIfIdle();
  }

  /** Ends the connection and every stream on it. */
  destroy(error?: Error): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.error ??= error;
    this.#output.flush();
    this.#socket.destroy();
  }

  sendHeaders(stream: Stream, fields: readonly Field[], isEnd: boolean): void {
    const flags = isEnd ? frameFlags.endStream : 0;
    this.#output.headers(flags, stream.id, this.#encoder.encode(fields));
    if (!isEnd) return;
    stream.localEnded = true;
    this.#onSent(stream);
  }

  pump(stream: Stream): void {
    this.#windows.pump(stream);
  }

  hold(bytes: number): void {
    this.#windows.heldBytes += bytes;
  }

  reset(stream: Stream, errorCode: number): void {
    this.#output.number(frameTypes.reset, stream.id, errorCode);
    this.finish(stream, errorCode);
  }

  finish(stream: Stream, errorCode: number): void {
    if (stream.isClosed) return;
    stream.isClosed = true;
    this.#streams.remove(stream);
    this.#windows.forget(stream);
    stream.events.onClose(errorCode);
    this.#events.streamEnded?.(this.#streams.size);
    if (this.#streams.isClosing) this.#closeIfIdle();
  }

  frame(head: FrameHead, bytes: Buffer, start: number, end: number): void {
    if (this.isClosed) return;
    const { type } = head;
    if (!this.#hasSettings) assertProtocol(type === frameTypes.settings, "no settings first");
    if (this.#headerInput.isPartial)
      assertProtocol(type === frameTypes.continuation, "headers were not ended");
    if (type === frameTypes.data) this.#streamInput.data(head, bytes, start, end);
    else if (type === frameTypes.headers)
      this.#streamInput.headers(this.#headerInput.headers(head, bytes, start, end));
    else if (type === frameTypes.continuation)
      this.#streamInput.headers(this.#headerInput.continuation(head, bytes, start, end));
    else this.#control(head, bytes.subarray(start, end));
  }

  /** Takes what has been received, of a socket that does not hand it out as `data`. */
  receive(chunk: Buffer): void {
    try {
      const rest = this.#prefaceLeft.length > 0 ? this.#skipPreface(chunk) : chunk;
      if (rest.length > 0) this.#input.push(rest);
    } catch (thrown) {
      if (!(thrown instanceof ConnectionError)) throw thrown;
      this.#sayGoodbye(thrown.code);
      this.destroy(thrown);
    }
  }

  #control({ type, flags, streamId }: FrameHead, payload: Buffer): void {
    if (type === frameTypes.windowUpdate) this.#streamInput.windowUpdate(streamId, payload);
    else if (type === frameTypes.reset) this.#streamInput.reset(streamId, payload);
    else if (type === frameTypes.settings) this.#onSettings(flags, streamId, payload);
    else if (type === frameTypes.ping) this.#onPing(flags, streamId, payload);
    else if (type === frameTypes.goaway) this.#onGoaway(streamId, payload);
    else assertProtocol(type !== frameTypes.pushPromise, "nothing may be pushed");
  }

  #listen(socket: Socket): void {
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    socket.on("drain", () => {
      this.#controlReplies = 0;
      this.#windows.pumpAll();
    });
    socket.on("end", () => this.destroy());
    socket.on("error", (error) => {
      this.error ??= error;
    });
    socket.on("close", () => {
      this.isClosed = true;
      for (const stream of this.#streams.all()) this.finish(stream, errorCodes.cancel);
      this.#events.close(this.error);
    });
  }

  #greet(): void {
    const { role, windowBytes, headerListBytesMax, streamsMax } = this.#options;
    const { maxConcurrentStreams, enablePush, initialWindowSize, maxHeaderListSize } = settingIds;
    const settings = new Map<number, number>([
      [initialWindowSize, windowBytes],
      [maxHeaderListSize, headerListBytesMax],
      role === "server" ? [maxConcurrentStreams, streamsMax] : [enablePush, 0],
    ]);
    if (role === "client") this.#output.bytes(preface);
    this.#output.frame(frameTypes.settings, 0, 0, encodeSettings(settings));
    const more = windowBytes - windowBytesDefault;
    if (more > 0) this.#output.number(frameTypes.windowUpdate, 0, more);
  }

  #skipPreface(chunk: Buffer): Buffer {
    const length = Math.min(chunk.length, this.#prefaceLeft.length);
    const isRight = chunk.subarray(0, length).equals(this.#prefaceLeft.subarray(0, length));
    assertProtocol(isRight, "this is not HTTP/2");
    this.#prefaceLeft = this.#prefaceLeft.subarray(length);
    return chunk.subarray(length);
  }

  /** We have said our last word on a stream. A client that still talks is told that it need not. */
  #onSent(stream: Stream): void {
    if (stream.remoteEnded) this.finish(stream, errorCodes.none);
    else if (this.#options.role === "server") this.reset(stream, errorCodes.none);
  }

  #onSettings(flags: number, streamId: number, payload: Buffer): void {
    assertProtocol(streamId === 0, "settings of a stream");
    this.#hasSettings = true;
    if ((flags & frameFlags.ack) !== 0) {
      assertProtocol(payload.length === 0, "settings in an answer", errorCodes.frameSize);
      return;
    }
    const settings = decodeSettings(payload);
    const tableBytes = settings.get(settingIds.headerTableSize);
    if (tableBytes !== undefined) this.#encoder.limit(tableBytes);
    const window = settings.get(settingIds.initialWindowSize);
    this.#reply(frameTypes.settings, Buffer.alloc(0));
    if (window !== undefined) this.#windows.setInitial(window, this.#streams.all());
    this.#peerStreamsMax = settings.get(settingIds.maxConcurrentStreams) ?? this.#peerStreamsMax;
    this.#events.settings?.(this.#peerStreamsMax);
  }

  #onPing(flags: number, streamId: number, payload: Buffer): void {
    assertProtocol(streamId === 0, "a ping of a stream");
    assertProtocol(payload.length === 8, "a ping cut short", errorCodes.frameSize);
    if ((flags & frameFlags.ack) !== 0) this.#pings.shift()?.();
    else this.#reply(frameTypes.ping, payload);
  }

  #reply(type: number, payload: Buffer): void {
    const isCalm = !this.#output.isFull || ++this.#controlReplies < controlRepliesMax;
    assertProtocol(isCalm, "too many questions, and no reading", errorCodes.enhanceYourCalm);
    this.#output.frame(type, frameFlags.ack, 0, payload);
  }

  #onGoaway(streamId: number, payload: Buffer): void {
    assertProtocol(streamId === 0 && payload.length >= 8, "a goodbye cut short");
    if (this.#options.role === "server") return;
    const lastId = payload.readUInt32BE(0) & streamIdMax;
    const errorCode = payload.readUInt32BE(4);
    this.#streams.isClosing = true;
    this.#events.goaway?.(errorCode);
    for (const stream of this.#streams.all())
      if (stream.id > lastId) this.finish(stream, errorCodes.refusedStream);
    if (errorCode === errorCodes.none) this.#closeIfIdle();
    else this.destroy(new Error(`the server ended the connection with HTTP/2 error ${errorCode}`));
  }

  #sayGoodbye(errorCode: number): void {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(this.#streams.lastPeerId, 0);
    payload.writeUInt32BE(errorCode, 4);
    this.#output.frame(frameTypes.goaway, 0, 0, payload);
  }

  #closeIfIdle(): void {
    if (this.#streams.size > 0 || this.isClosed) return;
    this.#output.flush();
    this.#socket.end();
  }
}
