import { openClient } from "@faultline/loadgen/runner/client";
import type { Traffic } from "@faultline/loadgen/runner/traffic";
import { verdictOn } from "@faultline/loadgen/verdict";

/** What a front door answered, and how fast. */
export interface LoadResult {
  readonly requests: number;
  readonly durationMs: number;
  /** Of each request, ascending. */
  readonly latenciesMs: readonly number[];
}

/** Raised for an answer that is wrong or missing: then no figure means anything. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";
}

const deadlineMs = 30_000;

/** Clients that each ask the next request of the mix as soon as they have the answer to their last. */
export class Load {
  readonly #traffic: Traffic;
  readonly #client;
  readonly #connections: number;
  #next = 0;

  constructor(traffic: Traffic, url: string, connections: number) {
    this.#traffic = traffic;
    this.#connections = connections;
    this.#client = openClient({ url, connections, deadlineMs, targetPrefix: "" });
  }

  /** Throws `WrongAnswer` if an answer is not right, however long ago the run began. */
  async run(durationMs: number): Promise<LoadResult> {
    const startMs = performance.now();
    const untilMs = startMs + durationMs;
    const latenciesMs: number[] = [];
    const asker = async () => {
      while (performance.now() < untilMs) latenciesMs.push(await this.#ask());
    };
    await Promise.all(Array.from({ length: this.#connections }, asker));
    return {
      requests: latenciesMs.length,
      durationMs: performance.now() - startMs,
      latenciesMs: latenciesMs.sort((a, b) => a - b),
    };
  }

  /** So many requests that nobody measures; they must be answered rightly as well. */
  async warmUp(requests: number): Promise<void> {
    const last = this.#next + requests;
    const asker = async () => {
      while (this.#next < last) await this.#ask();
    };
    await Promise.all(Array.from({ length: this.#connections }, asker));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #ask(): Promise<number> {
    const { expect, ...outgoing } = this.#traffic.request(this.#next++);
    const { method, target } = outgoing;
    const judge = expect();
    const startMs = performance.now();
    const reply = await this.#client.ask(outgoing);
    const latencyMs = performance.now() - startMs;
    if ("failure" in reply) throw new WrongAnswer(`${method} ${target}: ${reply.failure}`);
    const verdict = verdictOn(reply, judge);
    if (verdict.kind === "ok") return latencyMs;
    const what = verdict.kind === "wrong" ? verdict.complaint : verdict.failure;
    throw new WrongAnswer(`${method} ${target}: ${what}`);
  }
}
