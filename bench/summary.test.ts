import { expect, test } from "vitest";
import type { RoundFigures } from "./measure.ts";
import { spreadOf, summarize } from "./summary.ts";

function round(serviceMs: number, echoMs: number): RoundFigures {
  return {
    load: "mixed",
    readyAfterMs: 3_000,
    requestsPerSecond: 1_000,
    p50Ms: 20,
    p99Ms: 50,
    echoMs,
    processes: [
      { name: "geo", kind: "service", cpuMsPerRequest: serviceMs, megabytes: 50 },
      { name: "mongodb-geo", kind: "store", cpuMsPerRequest: 5, megabytes: 20 },
      { name: "launcher", kind: "launcher", cpuMsPerRequest: 1, megabytes: 40 },
    ],
  };
}

test("each round's CPU is measured by the yardstick of that round", () => {
  const { echoUnits } = summarize([round(0.4, 0.2), round(1.2, 0.3), round(0.9, 0.3)]);
  expect(echoUnits).toEqual({ median: 3, min: 2, max: 4 });
});

test("stores and the launcher count in the memory, not in the CPU of a request", () => {
  const summary = summarize([round(0.4, 0.2)]);
  expect(summary.megabytes.median).toBe(110);
  expect(summary.cpuMsPerRequest.median).toBe(0.4);
  expect(summary.storesCpuMsPerRequest.median).toBe(5);
});

test("the median of an even number of values lies between the two in the middle", () => {
  expect(spreadOf([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
});
