import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

const chunkBytes = 64 * 1024;
const lineLengthMax = 4_096;

/** Reads on in a log file that others write to. */
export class LogFollower {
  readonly #path: string;
  readonly #decoder = new StringDecoder("utf8");
  #offset = 0;
  #unfinishedLine = "";

  /** Begins where the file begins, also after it was emptied. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The whole lines that have come since the last time, very long ones cut. */
  readLines(): readonly string[] {
    if (!existsSync(this.#path)) return [];
    const lines = (this.#unfinishedLine + this.#readOn()).split("\n");
    this.#unfinishedLine = (lines.pop() ?? "").slice(0, lineLengthMax);
    return lines.map((line) => line.slice(0, lineLengthMax));
  }

  #readOn(): string {
    const file = openSync(this.#path, "r");
    try {
      const { size } = fstatSync(file);
      if (size < this.#offset) this.#offset = 0;
      const bytes = Buffer.alloc(Math.min(size - this.#offset, chunkBytes));
      this.#offset += readSync(file, bytes, 0, bytes.length, this.#offset);
      return this.#decoder.write(bytes);
    } finally {
      closeSync(file);
    }
  }
}
