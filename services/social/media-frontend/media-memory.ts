import { Refusal } from "../refusal.ts";

/** How much of pictures and films is in memory at once: coming in, being stored, and being sent. */
const memoryBytesMax = 134_217_728;

/** The room that all pictures and films share while they are in memory. */
export class MediaMemory {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax = memoryBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** Room for so many bytes, until it is released. Throws a `Refusal` with 503 while there is not as much. */
  claim(bytes: number): MediaClaim {
    let claimed = 0;
    const resize = (bytes: number) => {
      const grown = this.#bytes - claimed + bytes;
      if (bytes > claimed && grown > this.#bytesMax) throw tooMany();
      this.#bytes = grown;
      claimed = bytes;
    };
    resize(bytes);
    return { resize, release: () => resize(0) };
  }
}

/** A part of that room. */
export interface MediaClaim {
  /** Makes it another size; throws like `claim` if there is no room for that, and leaves it as it was. */
  resize(bytes: number): void;
  /** Gives it back; twice is as good as once. */
  release(): void;
}

function tooMany(): Refusal {
  return new Refusal(503, "Too many pictures and films at once, please try again");
}
