/** So many at once, and so many a second: for what costs us something and the other side nothing. */
export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #sinceMs = performance.now();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
  }

  /** Uses one up; false if there is none. */
  take(): boolean {
    const nowMs = performance.now();
    const regained = ((nowMs - this.#sinceMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + regained);
    this.#sinceMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
