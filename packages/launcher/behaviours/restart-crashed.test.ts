import { expect, test } from "vitest";
import { backoffMs } from "./restart-crashed.ts";

test("restarts wait one second, then longer each time, and never more than thirty", () => {
  const delays = [1, 2, 3, 4, 20].map(backoffMs);

  expect(delays.map(Math.round)).toEqual([1_000, 1_600, 2_560, 4_096, 30_000]);
});
