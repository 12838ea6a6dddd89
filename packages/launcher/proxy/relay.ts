import type { Socket } from "node:net";
import type { Disturbance } from "./disturbance.ts";

const waitingMaxBytes = 1_048_576;

interface Waiting {
  /** Undefined for the end of the stream. */
  readonly chunk: Buffer | undefined;
  readonly dueMs: number;
}

/** Carries what one socket receives to another, in order, as late as the disturbance says, with bounded memory. */
export class Relay {
  readonly #source: Socket;
  readonly #target: Socket;
  readonly #disturbance: () => Disturbance;
  readonly #random: () => number;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    source: Socket,
    target: Socket,
    { disturbance, random }: { disturbance: () => Disturbance; random: () => number },
  ) {
    this.#source = source;
    this.#target = target;
    this.#disturbance = disturbance;
    this.#random = random;
    source.on("data", (chunk: Buffer) => this.#take(chunk));
    source.on("end", () => this.#take(undefined));
    source.on("close", () => clearTimeout(this.#timer));
    target.on("drain", () => this.pump());
  }

  /** Passes on what is due. Called again when the disturbance has changed. */
  pump(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const next = this.#waiting[0];
      if (!next || this.#disturbance().stalls || this.#target.writableNeedDrain) break;
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        break;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.chunk?.length ?? 0;
      if (next.chunk) this.#target.write(next.chunk);
      else this.#target.end();
    }
    if (this.#waitingBytes > waitingMaxBytes) this.#source.pause();
    else this.#source.resume();
  }

  #take(chunk: Buffer | undefined): void {
    const { delayMs = 0, jitterMs = 0 } = this.#disturbance();
    const lateMs = Math.max(0, delayMs + (2 * this.#random() - 1) * jitterMs);
    this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + lateMs);
    this.#waiting.push({ chunk, dueMs: this.#lastDueMs });
    this.#waitingBytes += chunk?.length ?? 0;
    this.pump();
  }
}
