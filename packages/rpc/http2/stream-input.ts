import { Allowance } from "./allowance.ts";
import type { FrameHead } from "./frame-input.ts";
import type { FrameOutput } from "./frame-output.ts";
import type { ReceivedHeaders } from "./header-input.ts";
import type { HeaderList } from "./headers.ts";
import { assertProtocol, errorCodes, frameFlags, frameTypes, windowBytesMax } from "./protocol.ts";
import type { SendWindows } from "./send-windows.ts";
import type { SessionEvents, SessionOptions } from "./session-options.ts";
import { Stream, type StreamHost } from "./stream.ts";
import type { StreamTable } from "./stream-table.ts";

export interface StreamInputParts {
  readonly options: SessionOptions;
  readonly events: SessionEvents;
  readonly host: StreamHost;
  readonly streams: StreamTable;
  readonly windows: SendWindows;
  readonly output: FrameOutput;
}

/** What the other side says on streams: it opens them, sends headers and messages, makes room, and ends them. */
export class StreamInput {
  readonly #parts: StreamInputParts;
  readonly #resets: Allowance;
  #unacknowledged = 0;

  constructor(parts: StreamInputParts) {
    this.#parts = parts;
    const { burst, perSecond } = parts.options.resets;
    this.#resets = new Allowance(burst, perSecond);
  }

  data(head: FrameHead, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    this.#acknowledgeConnection(length);
    const stream = this.#parts.streams.known(head.streamId);
    if (!stream) return;
    stream.unacknowledged += length;
    if (stream.remoteEnded) this.#fault(stream, errorCodes.streamClosed);
    else if (stream.unacknowledged > this.#parts.options.windowBytes)
      this.#fault(stream, errorCodes.flowControl);
    else this.#message(stream, head.flags, bytes, start, end);
  }

  headers(received: ReceivedHeaders | undefined): void {
    if (!received) return;
    const { streamId, isEnd, decoded } = received;
    if (this.#parts.streams.isNew(streamId)) this.#admit(streamId);
    const stream = this.#parts.streams.known(streamId);
    if (!stream) return;
    const { headers, fault } = decoded;
    if (!headers) {
      const isLarge = fault === "too large";
      this.#fault(stream, isLarge ? errorCodes.enhanceYourCalm : errorCodes.protocol);
      return;
    }
    if (stream.remoteEnded || (stream.hasHeaders && !isEnd))
      this.#fault(stream, errorCodes.protocol);
    else this.#take(stream, headers, isEnd);
  }

  reset(streamId: number, payload: Buffer): void {
    assertProtocol(payload.length === 4, "a reset cut short", errorCodes.frameSize);
    const stream = this.#parts.streams.known(streamId);
    if (!stream) return;
    this.#countReset();
    this.#parts.host.finish(stream, payload.readUInt32BE(0));
  }

  windowUpdate(streamId: number, payload: Buffer): void {
    assertProtocol(payload.length === 4, "a window update cut short", errorCodes.frameSize);
    const { windows, streams } = this.#parts;
    const bytes = payload.readUInt32BE(0) & windowBytesMax;
    if (streamId === 0) {
      windows.grow(bytes);
      return;
    }
    const stream = streams.known(streamId);
    if (!stream) return;
    if (bytes === 0) this.#fault(stream, errorCodes.protocol);
    else if (!windows.growStream(stream, bytes)) this.#fault(stream, errorCodes.flowControl);
  }

  #message(stream: Stream, flags: number, bytes: Buffer, start: number, end: number): void {
    const isPadded = (flags & frameFlags.padded) !== 0;
    const from = isPadded ? start + 1 : start;
    const to = isPadded ? end - (bytes[start] ?? 0) : end;
    assertProtocol(from <= to, "a message that is all padding");
    if (to > from) stream.events.onData?.(bytes.subarray(from, to));
    if ((flags & frameFlags.endStream) !== 0) this.#remoteEnd(stream);
    else this.#acknowledge(stream);
  }

  /** What is handed on has been read: there is room for as much again. */
  #acknowledgeConnection(bytes: number): void {
    const { options, output } = this.#parts;
    this.#unacknowledged += bytes;
    if (this.#unacknowledged < options.windowBytes / 2) return;
    output.number(frameTypes.windowUpdate, 0, this.#unacknowledged);
    this.#unacknowledged = 0;
  }

  #acknowledge(stream: Stream): void {
    const { options, output } = this.#parts;
    if (stream.isClosed || stream.unacknowledged < options.windowBytes / 2) return;
    output.number(frameTypes.windowUpdate, stream.id, stream.unacknowledged);
    stream.unacknowledged = 0;
  }

  /** A new stream of the client, unless there are too many. Throws if it reads neither answers nor refusals. */
  #admit(streamId: number): void {
    const { host, options, output, streams, windows } = this.#parts;
    const isRead = output.waitingBytes <= options.heldBytesMax;
    assertProtocol(isRead, "many questions, and no reading", errorCodes.enhanceYourCalm);
    const isFull = streams.size >= options.streamsMax || windows.heldBytes > options.heldBytesMax;
    streams.note(streamId);
    if (isFull || streams.isClosing)
      output.number(frameTypes.reset, streamId, errorCodes.refusedStream);
    else streams.add(new Stream(host, streamId, windows.initial));
  }

  #take(stream: Stream, headers: HeaderList, isEnd: boolean): void {
    const isRequest = this.#parts.options.role === "server";
    // What only tells of an answer to come does not count.
    if (!isRequest && !isEnd && headers.get(":status")?.startsWith("1")) return;
    const isFirst = !stream.hasHeaders;
    stream.hasHeaders = true;
    stream.remoteEnded = isEnd;
    if (isRequest && isFirst) this.#open(stream, headers);
    else stream.events.onHeaders?.(headers);
    if (isEnd) this.#remoteEnd(stream);
  }

  #open(stream: Stream, headers: HeaderList): void {
    if (!headers.get(":method") || !headers.get(":path")) {
      this.#fault(stream, errorCodes.protocol);
      return;
    }
    const events = this.#parts.events.stream?.(stream, headers);
    if (events) stream.events = events;
  }

  #remoteEnd(stream: Stream): void {
    if (stream.isClosed) return;
    stream.remoteEnded = true;
    stream.events.onEnd?.();
    if (stream.localEnded) this.#parts.host.finish(stream, errorCodes.none);
  }

  /** The other side has broken the rules of one stream. */
  #fault(stream: Stream, errorCode: number): void {
    this.#countReset();
    this.#parts.host.reset(stream, errorCode);
  }

  /** Opening streams and ending them at once costs a client nothing, and a server the work that it has begun. */
  #countReset(): void {
    if (this.#parts.options.role === "client") return;
    assertProtocol(this.#resets.take(), "too many resets", errorCodes.enhanceYourCalm);
  }
}
