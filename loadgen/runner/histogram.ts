const subBits = 7;
const subCount = 2 ** subBits;
const bucketsCount = (31 - subBits) * subCount + subCount;
const valueMaxUs = 2 ** 31 - 1;

/**
 * Counts durations in buckets whose width grows with the value, as HDR histograms do: percentiles are at most
 * 0.8 % above the truth, up to 35 minutes, in 13 KB. The largest value is kept as it is.
 */
export class Histogram {
  readonly #counts = new Uint32Array(bucketsCount);
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  /** The longest duration; 0 if there is none. */
  get maxMs(): number {
    return this.#maxMs;
  }

  record(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, durationMs);
  }

  add(other: Histogram): void {
    for (const [bucket, count] of other.#counts.entries()) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    }
    this.#count += other.#count;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  /** The duration that so many of a hundred do not exceed; 0 if there is none. */
  percentileMs(percent: number): number {
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.#count));
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return Math.min(upperEdgeMs(bucket), this.#maxMs);
    }
    return 0;
  }
}

/** Values below 2 · 128 µs have a bucket each; above, each power of two is parted in 128. */
function bucketOf(durationMs: number): number {
  const valueUs = Math.min(Math.max(0, Math.round(durationMs * 1_000)), valueMaxUs);
  const shift = Math.max(0, 31 - Math.clz32(valueUs) - subBits);
  return shift * subCount + (valueUs >> shift);
}

function upperEdgeMs(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / subCount) - 1);
  const lowest = (bucket - shift * subCount) * 2 ** shift;
  return (lowest + 2 ** shift - 1) / 1_000;
}
