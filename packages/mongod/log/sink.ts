import { closeSync, openSync, write, writeSync } from "node:fs";

/** Lines that wait beyond this are dropped and counted: a log must not stop or fill a server. */
const waitingBytesMax = 16 * 1024 * 1024;

const retryDelayMs = 20;
const finishDeadlineMs = 2_000;

/**
 * Appends lines to a file or an open descriptor without ever blocking: lines wait in memory
 * while one write is under way, and go out together with the next one.
 */
export class LogSink {
  #descriptor: number;
  #closed = false;
  #dropped = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #unfinished = Buffer.alloc(0);
  #isWriting = false;
  #whenIdle: (() => void)[] = [];

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#closed || this.#waitingBytes + bytes.length > waitingBytesMax) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#writeOn();
  }

  /** How many lines were lost since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /**
   * Resolves when all that was appended so far is with the operating system, or after two
   * seconds: nobody may be reading the other end of a pipe.
   */
  async flush(): Promise<void> {
    if (!this.#isWriting) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenIdle.push(resolve);
    const timer = setTimeout(resolve, finishDeadlineMs);
    await promise;
    clearTimeout(timer);
  }

  /** Lines appended after the switch go to `descriptor`; the old one is closed by the caller. */
  async switchTo(descriptor: number): Promise<void> {
    await this.flush();
    this.#descriptor = descriptor;
  }

  /**
   * For the end of the process: writes what waits, blocking for two seconds at most. A write
   * that is under way is left to the thread that does it; the process ends after that thread.
   */
  finishNow(): void {
    this.#closed = true;
    const deadlineMs = Date.now() + finishDeadlineMs;
    const begun = this.#isWriting ? Buffer.alloc(0) : this.#unfinished;
    let rest = Buffer.concat([begun, ...this.#waiting.splice(0)]);
    while (rest.length > 0 && Date.now() < deadlineMs) {
      rest = rest.subarray(writeSome(this.#descriptor, rest));
    }
  }

  #writeOn(): void {
    if (this.#isWriting || this.#closed) return;
    if (this.#unfinished.length === 0) {
      this.#unfinished = Buffer.concat(this.#waiting.splice(0));
      this.#waitingBytes = 0;
    }
    if (this.#unfinished.length === 0) {
      for (const resolve of this.#whenIdle.splice(0)) resolve();
      return;
    }

    this.#isWriting = true;
    write(this.#descriptor, this.#unfinished, (error, written) => this.#wrote(error, written));
  }

  #wrote(error: NodeJS.ErrnoException | null, written: number): void {
    this.#isWriting = false;
    if (this.#closed) return;
    if (error?.code === "EAGAIN") {
      // A full pipe. The flag stays set so that the retry is the only writer.
      this.#isWriting = true;
      setTimeout(() => {
        this.#isWriting = false;
        this.#writeOn();
      }, retryDelayMs);
      return;
    }
    // A full disk or a closed pipe must not stop the server: the lines count as dropped.
    if (error) this.#dropped += 1;
    this.#unfinished = error ? Buffer.alloc(0) : this.#unfinished.subarray(written);
    this.#writeOn();
  }
}

export function openLogFile(path: string, options: { readonly append: boolean }): number {
  return openSync(path, options.append ? "a" : "w", 0o600);
}

export function closeLogFile(descriptor: number): void {
  closeSync(descriptor);
}

function writeSome(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "EAGAIN") {
      return bytes.length;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryDelayMs);
    return 0;
  }
}
