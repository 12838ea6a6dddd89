import { expect, test } from "vitest";
import { cpuMs, proportionalBytes } from "./usage.ts";

test.runIf(process.platform === "linux")("a process that works spends CPU and takes memory", () => {
  const before = cpuMs(process.pid);
  const untilMs = process.cpuUsage().user / 1e3 + 100;
  while (process.cpuUsage().user / 1e3 < untilMs);
  expect(cpuMs(process.pid) - before).toBeGreaterThan(50);
  expect(proportionalBytes(process.pid)).toBeGreaterThan(1e7);
});
