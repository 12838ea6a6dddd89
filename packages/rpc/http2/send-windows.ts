import type { FrameOutput } from "./frame-output.ts";
import type { HeaderEncoder } from "./header-encoder.ts";
import {
  assertProtocol,
  errorCodes,
  frameBytesMax,
  frameFlags,
  frameTypes,
  windowBytesDefault,
  windowBytesMax,
} from "./protocol.ts";
import type { Stream } from "./stream.ts";

/** Sends messages as the other side has room for them, on the connection and on each stream. */
export class SendWindows {
  /** The window that new streams begin with. */
  initial = windowBytesDefault;
  /** What waits to be sent, of all streams. */
  heldBytes = 0;
  readonly #output: FrameOutput;
  readonly #onSent: (stream: Stream) => void;
  readonly #encoder: HeaderEncoder;
  readonly #waiting = new Set<Stream>();
  #left = windowBytesDefault;

  /** `onSent` hears of streams that have sent everything, their end included. */
  constructor(output: FrameOutput, encoder: HeaderEncoder, onSent: (stream: Stream) => void) {
    this.#output = output;
    this.#onSent = onSent;
    this.#encoder = encoder;
  }

  /** Sends what can be sent of a stream now; the rest goes out by itself later. */
  pump(stream: Stream): void {
    const { pending } = stream;
    while (pending.length > 0) {
      if (this.#sendPart(stream)) continue;
      this.#waiting.add(stream);
      return;
    }
    if (this.#waiting.size > 0) this.#waiting.delete(stream);
    if (stream.pendingEnd === undefined || stream.localEnded) return;
    if (stream.trailers) {
      const block = this.#encoder.encode(stream.trailers);
      this.#output.headers(frameFlags.endStream, stream.id, block);
    }
    stream.localEnded = true;
    this.#onSent(stream);
  }

  pumpAll(): void {
    for (const stream of [...this.#waiting]) {
      if (this.#left <= 0 || this.#output.isFull) return;
      this.pump(stream);
    }
  }

  /** The connection has room for more. */
  grow(bytes: number): void {
    assertProtocol(bytes > 0, "a window that does not grow");
    this.#left += bytes;
    assertProtocol(this.#left <= windowBytesMax, "a window too large", errorCodes.flowControl);
    this.pumpAll();
  }

  /** A stream has room for more; false if that is too much. */
  growStream(stream: Stream, bytes: number): boolean {
    stream.sendWindow += bytes;
    if (stream.sendWindow > windowBytesMax) return false;
    if (stream.pending.length > 0) this.pump(stream);
    return true;
  }

  /** Streams begin with another window from now on, and those there are change alike. */
  setInitial(bytes: number, streams: readonly Stream[]): void {
    const change = bytes - this.initial;
    this.initial = bytes;
    for (const stream of streams) {
      stream.sendWindow += change;
      const isLegal = stream.sendWindow <= windowBytesMax;
      assertProtocol(isLegal, "a window too large", errorCodes.flowControl);
    }
    this.pumpAll();
  }

  /** The stream is over: nothing of it is sent any more. */
  forget(stream: Stream): void {
    if (this.#waiting.size > 0) this.#waiting.delete(stream);
    for (const bytes of stream.pending) this.heldBytes -= bytes.length;
    stream.pending.length = 0;
  }

  /** Sends one frame; false if there is no room for it. */
  #sendPart(stream: Stream): boolean {
    const { pending } = stream;
    const next = pending[0];
    if (!next) return false;
    const room = Math.min(stream.sendWindow, this.#left, frameBytesMax);
    if ((room <= 0 && next.length > 0) || this.#output.isFull) return false;
    const part = next.length <= Math.max(0, room) ? next : next.subarray(0, room);
    if (part === next) pending.shift();
    else pending[0] = next.subarray(room);
    stream.sendWindow -= part.length;
    this.#left -= part.length;
    this.heldBytes -= part.length;
    const isLast = stream.pendingEnd === "data" && pending.length === 0;
    this.#output.frame(frameTypes.data, isLast ? frameFlags.endStream : 0, stream.id, part);
    return true;
  }
}
