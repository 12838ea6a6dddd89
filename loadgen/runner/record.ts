import type { Verdict } from "../verdict.ts";
import { timeout } from "./client.ts";
import { Counts } from "./counts.ts";
import { Histogram } from "./histogram.ts";

/** What became of one request. Times are milliseconds; those of moments, since the measurement began. */
export interface Result {
  readonly operation: string;
  readonly verdict: Verdict;
  readonly dueMs: number;
  /** From the moment at which the request was due, not from the one at which it was sent. */
  readonly latencyMs: number;
}

/** A wrong answer, in full. */
export interface WrongAnswer {
  readonly operation: string;
  /** The number of the request; with the seed it gives the request again. */
  readonly index: number;
  /** Method and target, without the password. */
  readonly request: string;
  readonly complaint: string;
}

/** What became of the requests of one operation, or of all. */
export class Tally {
  readonly counts = new Counts();
  readonly latency = new Histogram();

  add(other: Tally): void {
    this.counts.add(other.counts);
    this.latency.add(other.latency);
  }
}

/** One slice of the run's time. */
export interface Slice {
  readonly startMs: number;
  /** Requests that were due in it. */
  arrivals: number;
  /** What came in it. */
  readonly counts: Counts;
  /** Of the requests that were due in it, whenever they were answered. */
  readonly latency: Histogram;
}

const slicesMax = 300;
const wrongAnswersMax = 20;

/** Everything that is kept of a run. Its size does not depend on how many requests there are. */
export class RunRecord {
  readonly sliceMs: number;
  readonly byOperation: ReadonlyMap<string, Tally>;
  readonly slices: Slice[] = [];
  /** The first ones. */
  readonly wrongAnswers: WrongAnswer[] = [];
  /** How late requests were sent. */
  readonly startDelay = new Histogram();
  /** How late the last one was. */
  lastStartDelayMs = 0;
  arrivals = 0;
  /** Requests that were due while every connection was taken. */
  notStarted = 0;
  wrongInWarmup = 0;

  constructor(operations: readonly string[], lengthMs: number) {
    this.sliceMs = Math.max(1, Math.ceil(lengthMs / slicesMax / 1_000)) * 1_000;
    this.byOperation = new Map(operations.map((operation) => [operation, new Tally()]));
  }

  get total(): Tally {
    const total = new Tally();
    for (const tally of this.byOperation.values()) total.add(tally);
    return total;
  }

  arrive(dueMs: number): void {
    this.arrivals++;
    this.#slice(dueMs).arrivals++;
  }

  start(delayMs: number): void {
    this.startDelay.record(delayMs);
    this.lastStartDelayMs = delayMs;
  }

  end({ operation, verdict, dueMs, latencyMs }: Result): void {
    const tally = this.byOperation.get(operation);
    tally?.counts.record(verdict);
    this.#slice(dueMs + latencyMs).counts.record(verdict);
    // A refused or lost connection is over at once and would make the percentiles look better than they are.
    if (!isAnswered(verdict)) return;
    tally?.latency.record(latencyMs);
    this.#slice(dueMs).latency.record(latencyMs);
  }

  keepWrong(answer: WrongAnswer): void {
    if (this.wrongAnswers.length < wrongAnswersMax) this.wrongAnswers.push(answer);
  }

  /** What comes long after the end stands in the last slice. */
  #slice(atMs: number): Slice {
    const index = Math.min(Math.max(0, Math.floor(atMs / this.sliceMs)), 2 * slicesMax);
    for (;;) {
      const slice = this.slices[index];
      if (slice) return slice;
      const startMs = this.slices.length * this.sliceMs;
      this.slices.push({ startMs, arrivals: 0, counts: new Counts(), latency: new Histogram() });
    }
  }
}

/** Whether there was an answer, or the whole deadline was waited out for it. */
function isAnswered(verdict: Verdict): boolean {
  if (verdict.kind !== "failed") return true;
  return verdict.failure === timeout || verdict.failure.startsWith("http ");
}
