import { expect, test } from "vitest";
import { arrivalTimes } from "./arrivals.ts";

const base = { rate: 1_000, lengthMs: 20_000, seed: 1 };

test("constant arrivals are evenly spaced over the whole length", () => {
  const times = [...arrivalTimes({ rate: 4, lengthMs: 1_000, distribution: "constant", seed: 1 })];

  expect(times).toEqual([0, 250, 500, 750]);
});

test("exponential arrivals keep the rate on average, with gaps as different as independence makes them", () => {
  const times = [...arrivalTimes({ ...base, distribution: "exponential" })];
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;

  expect(Math.abs(mean - 1)).toBeLessThan(0.05);
  expect(Math.abs(Math.sqrt(variance) - 1)).toBeLessThan(0.05);
});

test("a seed gives the same exponential arrivals again", () => {
  const [first, again] = [1, 2].map(() => [
    ...arrivalTimes({ ...base, distribution: "exponential" }),
  ]);

  expect(again).toEqual(first);
});
