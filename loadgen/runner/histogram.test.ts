import fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";

function of(...durationsMs: number[]): Histogram {
  const histogram = new Histogram();
  for (const duration of durationsMs) histogram.record(duration);
  return histogram;
}

test("percentiles of whole milliseconds are within 0.8 % of the truth", () => {
  const histogram = of(...Array.from({ length: 1_000 }, (_, i) => i + 1));

  for (const [percent, truth] of [
    [50, 500],
    [90, 900],
    [99, 990],
    [99.9, 999],
  ] as const) {
    const found = histogram.percentileMs(percent);
    expect(found).toBeGreaterThanOrEqual(truth);
    expect(found).toBeLessThanOrEqual(truth * 1.008);
  }
  expect(histogram.maxMs).toBe(1_000);
});

test("any single duration up to 35 minutes is its own percentile", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2_000_000, noNaN: true }), (durationMs) => {
      const found = of(durationMs).percentileMs(50);
      return Math.abs(found - durationMs) <= Math.max(0.001, durationMs * 0.008);
    }),
  );
});

test("nothing recorded gives zeros", () => {
  expect([of().count, of().percentileMs(99), of().maxMs]).toEqual([0, 0, 0]);
});

test("histograms add up", () => {
  const sum = of(1, 2);
  sum.add(of(3, 100));

  expect([sum.count, sum.maxMs, Math.round(sum.percentileMs(75))]).toEqual([4, 100, 3]);
});
