import type { Verdict } from "../verdict.ts";

const failureKindsMax = 50;
const otherKinds = "other";

/** Counts verdicts, and the failures by kind. */
export class Counts {
  ok = 0;
  wrong = 0;
  failed = 0;
  readonly #failures = new Map<string, number>();

  get results(): number {
    return this.ok + this.wrong + this.failed;
  }

  /** How often each kind of failure happened. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  record(verdict: Verdict): void {
    this[verdict.kind]++;
    if (verdict.kind === "failed") this.#fail(verdict.failure, 1);
  }

  add(other: Counts): void {
    this.ok += other.ok;
    this.wrong += other.wrong;
    this.failed += other.failed;
    for (const [failure, count] of other.failures) this.#fail(failure, count);
  }

  #fail(failure: string, count: number): void {
    const room = this.#failures.has(failure) || this.#failures.size < failureKindsMax;
    const kind = room ? failure : otherKinds;
    this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + count);
  }
}
