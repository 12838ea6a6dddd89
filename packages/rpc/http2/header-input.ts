import type { FrameHead } from "./frame-input.ts";
import { type Decoded, HeaderDecoder } from "./header-decoder.ts";
import { assertProtocol, errorCodes, frameFlags, frameTypes } from "./protocol.ts";

/** Headers that have come whole, and for which stream. */
export interface ReceivedHeaders {
  readonly streamId: number;
  readonly isEnd: boolean;
  readonly decoded: Decoded;
}

/** Frames that one block of headers may be spread over. */
const partsMax = 16;

/** Puts headers together that come in several frames, and reads them. */
export class HeaderInput {
  readonly #decoder: HeaderDecoder;
  #first: FrameHead | undefined;
  #parts: Buffer[] = [];

  constructor(listBytesMax: number) {
    this.#decoder = new HeaderDecoder(listBytesMax);
  }

  /** Whether nothing but a continuation may come now. */
  get isPartial(): boolean {
    return this.#first !== undefined;
  }

  /** Takes a frame of headers; answers them if they are whole. Throws a `ConnectionError`. */
  headers(head: FrameHead, bytes: Buffer, from: number, to: number): ReceivedHeaders | undefined {
    const isPadded = (head.flags & frameFlags.padded) !== 0;
    const isPriority = (head.flags & frameFlags.priority) !== 0;
    const end = isPadded ? to - (bytes[from] ?? 0) : to;
    const start = from + (isPadded ? 1 : 0) + (isPriority ? 5 : 0);
    assertProtocol(start <= end, "headers that are all padding");
    if ((head.flags & frameFlags.endHeaders) !== 0) return this.#decoded(head, bytes, start, end);
    this.#first = head;
    this.#parts = [bytes.subarray(start, end)];
    return undefined;
  }

  continuation(head: FrameHead, bytes: Buffer, start: number, end: number) {
    const first = this.#first;
    const isExpected = first?.streamId === head.streamId;
    assertProtocol(first !== undefined && isExpected, "a continuation of nothing");
    this.#parts.push(bytes.subarray(start, end));
    const isShort = this.#parts.length <= partsMax;
    assertProtocol(isShort, "endless headers", errorCodes.enhanceYourCalm);
    if ((head.flags & frameFlags.endHeaders) === 0) return undefined;
    const block = Buffer.concat(this.#parts);
    this.#first = undefined;
    this.#parts = [];
    return this.#decoded(first, block, 0, block.length);
  }

  #decoded(head: FrameHead, bytes: Buffer, start: number, end: number): ReceivedHeaders {
    return {
      streamId: head.streamId,
      isEnd: head.type === frameTypes.headers && (head.flags & frameFlags.endStream) !== 0,
      decoded: this.#decoder.decode(bytes, start, end),
    };
  }
}
