import { assertProtocol, errorCodes, frameBytesMax, frameHeadBytes } from "./protocol.ts";

/** What takes the frames of a connection. */
export interface FrameSink {
  /** One whole frame; its payload is `bytes` from `start` to `end`, good for as long as it is held. */
  frame(head: FrameHead, bytes: Buffer, start: number, end: number): void;
}

/** What stands before a payload. */
export interface FrameHead {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

/** Cuts received bytes into frames, wherever the chunks were cut. */
export class FrameInput {
  readonly #sink: FrameSink;
  #kept: Buffer | undefined;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Throws a `ConnectionError` for a frame that is too long, and what the sink throws. */
  push(chunk: Buffer): void {
    const bytes = this.#kept ? Buffer.concat([this.#kept, chunk]) : chunk;
    this.#kept = undefined;
    let at = 0;
    while (bytes.length - at >= frameHeadBytes) {
      const start = at + frameHeadBytes;
      const length = bytes.readUIntBE(at, 3);
      const isLegal = length <= frameBytesMax;
      assertProtocol(isLegal, `a frame of ${length} bytes`, errorCodes.frameSize);
      const end = start + length;
      if (end > bytes.length) break;
      this.#sink.frame(headAt(bytes, at), bytes, start, end);
      at = end;
    }
    // A copy, so that a few bytes do not hold on to a large chunk.
    if (at < bytes.length) this.#kept = Buffer.from(bytes.subarray(at));
  }
}

function headAt(bytes: Buffer, at: number): FrameHead {
  return {
    type: bytes[at + 3] ?? 0,
    flags: bytes[at + 4] ?? 0,
    streamId: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
  };
}
