import type { Socket } from "node:net";
import { frameBytesMax, frameFlags, frameHeadBytes, frameTypes } from "./protocol.ts";

const slabBytes = 8_192;
/** Longer payloads are not copied. */
const copiedBytesMax = 1_024;
/** So much may wait for the socket before messages are held back. */
const heldBackBytes = 262_144;

/** Writes frames. All that is written in one turn of the event loop leaves in one system call. */
export class FrameOutput {
  readonly #socket: Socket;
  #slab = Buffer.alloc(0);
  #from = 0;
  #at = 0;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #isScheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether the other side reads so slowly that messages should wait. */
  get isFull(): boolean {
    return this.waitingBytes > heldBackBytes;
  }

  /** What has been written and has not left. */
  get waitingBytes(): number {
    return this.#socket.writableLength + this.#pieceBytes + this.#at - this.#from;
  }

  /** A frame with a payload of its own, or a part of one. */
  frame(type: number, flags: number, streamId: number, payload: Buffer): void {
    this.#head(type, flags, streamId, payload.length);
    this.bytes(payload);
  }

  /** A frame whose payload is one number of four bytes. */
  number(type: number, streamId: number, value: number): void {
    this.#head(type, 0, streamId, 4);
    this.#at = this.#slab.writeUInt32BE(value, this.#at);
  }

  /** Headers, in as many frames as they need. `flags` are those of the first. */
  headers(flags: number, streamId: number, block: Buffer): void {
    let type: number = frameTypes.headers;
    let at = 0;
    do {
      const part = block.subarray(at, at + frameBytesMax);
      at += part.length;
      const isFirst = type === frameTypes.headers;
      const isLast = at === block.length;
      // The block is the encoder's, and its next one will be in the same place.
      const kept = part.length > copiedBytesMax ? Buffer.from(part) : part;
      this.frame(
        type,
        (isFirst ? flags : 0) | (isLast ? frameFlags.endHeaders : 0),
        streamId,
        kept,
      );
      type = frameTypes.continuation;
    } while (at < block.length);
  }

  bytes(payload: Buffer): void {
    if (payload.length > copiedBytesMax) {
      this.#cut();
      this.#add(payload);
      return;
    }
    this.#room(payload.length);
    this.#slab.set(payload, this.#at);
    this.#at += payload.length;
  }

  /** Writes at once what has been gathered. */
  readonly flush = (): void => {
    this.#isScheduled = false;
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#pieceBytes = 0;
    const socket = this.#socket;
    const [first] = pieces;
    if (!first || socket.destroyed || socket.writableEnded) return;
    if (pieces.length === 1) {
      socket.write(first);
      return;
    }
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
  };

  #head(type: number, flags: number, streamId: number, length: number): void {
    // With room for what follows, if that is short, so that it need not be asked for again.
    this.#room(frameHeadBytes + 4);
    const slab = this.#slab;
    const at = this.#at;
    slab[at] = length >> 16;
    slab[at + 1] = length >> 8;
    slab[at + 2] = length;
    slab[at + 3] = type;
    slab[at + 4] = flags;
    slab[at + 5] = streamId >> 24;
    slab[at + 6] = streamId >> 16;
    slab[at + 7] = streamId >> 8;
    slab[at + 8] = streamId;
    this.#at = at + frameHeadBytes;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.flush);
  }

  /** A written part of a slab is never written again, since the socket may still hold it. */
  #room(bytes: number): void {
    if (this.#at + bytes <= this.#slab.length) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes));
    this.#from = 0;
    this.#at = 0;
  }

  #cut(): void {
    if (this.#at === this.#from) return;
    this.#add(this.#slab.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
  }
}
