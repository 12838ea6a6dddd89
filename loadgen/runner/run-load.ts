import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { type Verdict, verdictOn } from "../verdict.ts";
import { type Arrivals, arrivalTimes } from "./arrivals.ts";
import { type Client, type ClientOptions, openClient } from "./client.ts";
import { RunRecord } from "./record.ts";
import type { Traffic } from "./traffic.ts";

export interface LoadOptions extends ClientOptions, Omit<Arrivals, "lengthMs"> {
  readonly durationMs: number;
  /** Before the measurement, with the same traffic. Wrong answers count all the same. */
  readonly warmupMs: number;
}

export interface LoadSignals {
  /** No more requests; those under way are waited for. */
  readonly stop: AbortSignal;
  /** Those under way are broken off too. */
  readonly breakOff: AbortSignal;
  /** Called every second. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** Since the measurement began; negative while warming up. */
  readonly elapsedMs: number;
  readonly inFlight: number;
  readonly record: RunRecord;
}

export interface Outcome {
  readonly record: RunRecord;
  /** Less than asked for if the run was stopped. */
  readonly measuredMs: number;
  readonly stopped: boolean;
}

/** Sends each request when it is due, whether earlier ones are answered or not, and judges every answer. */
export async function runLoad(
  traffic: Traffic,
  options: LoadOptions,
  signals: LoadSignals,
): Promise<Outcome> {
  const client = openClient(options);
  const breakOff = () => void client.close();
  signals.breakOff.addEventListener("abort", breakOff, { once: true });
  const run = new Run(traffic, options, client);
  const progress = setInterval(() => signals.onProgress?.(run.progress), 1_000);
  try {
    await run.offer(signals.stop);
    const elapsedMs = Math.max(0, run.progress.elapsedMs);
    await run.drain();
    const stopped = signals.stop.aborted;
    const measuredMs = stopped ? Math.min(elapsedMs, options.durationMs) : options.durationMs;
    return { record: run.record, measuredMs, stopped };
  } finally {
    clearInterval(progress);
    signals.breakOff.removeEventListener("abort", breakOff);
    await client.close();
  }
}

// So many requests that are late are sent before answers are looked at again.
const startsPerTurn = 16;

class Run {
  readonly record: RunRecord;
  readonly #traffic: Traffic;
  readonly #options: LoadOptions;
  readonly #client: Client;
  readonly #inFlight = new Set<Promise<void>>();
  /** When the measurement begins. */
  readonly #zeroMs: number;

  constructor(traffic: Traffic, options: LoadOptions, client: Client) {
    this.#traffic = traffic;
    this.#options = options;
    this.#client = client;
    this.#zeroMs = performance.now() + options.warmupMs;
    this.record = new RunRecord(traffic.operations, options.durationMs);
  }

  get progress(): Progress {
    return { elapsedMs: this.#nowMs(), inFlight: this.#inFlight.size, record: this.record };
  }

  /** Resolves when the last request has been sent, or when it is told to stop. */
  async offer(stop: AbortSignal): Promise<void> {
    const { warmupMs, durationMs } = this.#options;
    const times = arrivalTimes({ ...this.#options, lengthMs: warmupMs + durationMs });
    let index = 0;
    for (const time of times) {
      const dueMs = time - warmupMs;
      await this.#waitUntil(dueMs, stop);
      if (stop.aborted) return;
      this.#arrive(index, dueMs);
      index++;
      if (index % startsPerTurn === 0) await nextTurn();
    }
    await this.#waitUntil(durationMs, stop);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  async #waitUntil(dueMs: number, stop: AbortSignal): Promise<void> {
    let waitMs = dueMs - this.#nowMs();
    while (!stop.aborted && waitMs > 0) {
      // A rejection can only mean that it is time to stop, which the loop looks at.
      await sleep(waitMs, undefined, { signal: stop }).catch(() => {});
      waitMs = dueMs - this.#nowMs();
    }
  }

  #arrive(index: number, dueMs: number): void {
    const full = this.#inFlight.size >= this.#options.connections;
    if (dueMs >= 0) {
      this.record.arrive(dueMs);
      if (full) this.record.notStarted++;
      else this.record.start(this.#nowMs() - dueMs);
    }
    if (full) return;

    const asked = this.#ask(index, dueMs).finally(() => this.#inFlight.delete(asked));
    this.#inFlight.add(asked);
  }

  async #ask(index: number, dueMs: number): Promise<void> {
    const { operation, expect, ...outgoing } = this.#traffic.request(index);
    const judge = expect();
    const reply = await this.#client.ask(outgoing);
    const latencyMs = this.#nowMs() - dueMs;
    const verdict: Verdict =
      "failure" in reply ? { kind: "failed", ...reply } : verdictOn(reply, judge);

    if (dueMs >= 0) this.record.end({ operation, verdict, dueMs, latencyMs });
    if (verdict.kind !== "wrong") return;
    if (dueMs < 0) this.record.wrongInWarmup++;
    const request = `${outgoing.method} ${withoutPassword(outgoing.target)}`;
    this.record.keepWrong({ operation, index, request, complaint: verdict.complaint });
  }

  #nowMs(): number {
    return performance.now() - this.#zeroMs;
  }
}

function withoutPassword(target: string): string {
  return target.replace(/([?&]password=)[^&]*/, "$1…");
}
