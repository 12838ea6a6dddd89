import { exhausted } from "./errors.ts";

/** How a protocol cuts its stream of bytes: messages with a prefix of fixed size that tells their length. */
export interface Framing {
  readonly prefixBytes: number;
  /** The length of the message behind the prefix that stands there. Throws a `ServiceError` if it is none. */
  lengthAt(bytes: Buffer, at: number): number;
}

const nothing = Buffer.alloc(0);

/** What the unfinished messages of many streams may hold together, in bytes. */
export class PartialBytes {
  #left: number;

  constructor(max: number) {
    this.#left = max;
  }

  /** Throws if there is no room for so many more. */
  take(bytes: number): void {
    if (bytes > this.#left) throw exhausted("too many large messages arrive at once");
    this.#left -= bytes;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/**
 * Cuts received bytes into messages, wherever the chunks were cut. A message is handed out as a view that is good
 * for as long as it is held. Memory is taken for bytes that are there, not for those announced.
 */
export class FrameReader {
  readonly #framing: Framing;
  readonly #onMessage: (message: Buffer) => void;
  readonly #partial: PartialBytes | undefined;
  #kept = nothing;
  #keptLength = 0;

  constructor(framing: Framing, onMessage: (message: Buffer) => void, partial?: PartialBytes) {
    this.#framing = framing;
    this.#onMessage = onMessage;
    this.#partial = partial;
  }

  /** Whether the bytes so far end with a whole message. */
  get isWhole(): boolean {
    return this.#keptLength === 0;
  }

  /** Throws a `ServiceError` for a frame that is too large or no frame; it is of no more use then. */
  push(chunk: Buffer): void {
    const { prefixBytes } = this.#framing;
    const bytes = this.#keptLength === 0 ? chunk : this.#append(chunk);
    let at = 0;
    while (bytes.length - at >= prefixBytes) {
      const start = at + prefixBytes;
      const end = start + this.#framing.lengthAt(bytes, at);
      if (end > bytes.length) break;
      this.#onMessage(bytes.subarray(start, end));
      at = end;
    }
    if (at > 0 || bytes === chunk) this.#keep(bytes.subarray(at));
  }

  /** Lets go of what has arrived of an unfinished message. */
  close(): void {
    this.#partial?.giveBack(this.#kept.length);
    this.#kept = nothing;
    this.#keptLength = 0;
  }

  #append(chunk: Buffer): Buffer {
    const length = this.#keptLength + chunk.length;
    if (length > this.#kept.length) this.#grow(Math.max(length, 2 * this.#kept.length));
    this.#kept.set(chunk, this.#keptLength);
    this.#keptLength = length;
    return this.#kept.subarray(0, length);
  }

  #grow(size: number): void {
    this.#partial?.take(size - this.#kept.length);
    const larger = Buffer.allocUnsafe(size);
    larger.set(this.#kept.subarray(0, this.#keptLength));
    this.#kept = larger;
  }

  /** Copies, so that a few bytes do not hold on to a large chunk. */
  #keep(rest: Buffer): void {
    this.close();
    if (rest.length === 0) return;
    this.#partial?.take(rest.length);
    this.#kept = Buffer.from(rest);
    this.#keptLength = rest.length;
  }
}
