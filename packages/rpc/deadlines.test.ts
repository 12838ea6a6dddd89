import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Deadlines } from "./deadlines.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

function watchAll(deadlines: Deadlines, timesMs: readonly number[]) {
  const ended: number[] = [];
  const watched = timesMs.map((deadlineMs) => ({
    deadlineMs,
    onDeadline: () => void ended.push(deadlineMs),
  }));
  for (const timed of watched) deadlines.watch(timed);
  return { ended, watched };
}

test("each is told at its deadline, in whichever order they came", () => {
  const { ended } = watchAll(new Deadlines(), [300, 100, 200, Number.POSITIVE_INFINITY]);
  vi.advanceTimersByTime(150);
  expect(ended).toEqual([100]);
  vi.advanceTimersByTime(200);
  expect(ended).toEqual([100, 200, 300]);
});

test("what is not watched any more is not told", () => {
  const deadlines = new Deadlines();
  const { ended, watched } = watchAll(deadlines, [100, 200]);
  for (const timed of watched.slice(0, 1)) deadlines.unwatch(timed);
  vi.advanceTimersByTime(1_000);
  expect(ended).toEqual([200]);
});

test("work that comes and goes leaves one timer behind at most", () => {
  const deadlines = new Deadlines();
  for (let i = 0; i < 1_000; i++) {
    const timed = { deadlineMs: 30_000 + i, onDeadline: () => {} };
    deadlines.watch(timed);
    deadlines.unwatch(timed);
  }
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(31_000);
  expect(vi.getTimerCount()).toBe(0);
});
