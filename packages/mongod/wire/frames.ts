import { readInt32 } from "../bson/bytes.ts";
import { limits } from "../limits.ts";
import { WireError } from "./message.ts";

const headerSize = 16;

/**
 * Cuts a stream of bytes into frames. Chunks of a frame that is not complete are kept as they
 * are and joined once. Throws WireError on a length that no message can have.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  /** The frames that `chunk` completes, in order. */
  *push(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= 4) {
      const length = readInt32(this.#first(4), 0);
      if (length < headerSize || length > limits.maxMessageSizeBytes) {
        throw new WireError(`recv(): message len ${length} is invalid`);
      }
      if (this.#size < length) return;
      const all = this.#first(length);
      yield all.subarray(0, length);
      this.#rest(all, length);
    }
  }

  /** The first chunk, joined with those behind it until it has `count` bytes. */
  #first(count: number): Buffer {
    const [head] = this.#chunks;
    if (head && head.length >= count) return head;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #rest(head: Buffer, length: number): void {
    this.#size -= length;
    if (head.length > length) this.#chunks[0] = head.subarray(length);
    else this.#chunks.shift();
  }
}
