import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { cpuHog } from "./cpu-hog.ts";
import { attach } from "./testing/attach.ts";

test("its threads burn processor time until it is turned off", async () => {
  const { turnOff } = attach(cpuHog, { given: { threads: 1 } });
  const start = process.cpuUsage();

  await expect.poll(() => process.cpuUsage(start).user).toBeGreaterThan(200_000);
  turnOff();

  await expect
    .poll(async () => {
      const before = process.cpuUsage();
      await sleep(100);
      return process.cpuUsage(before).user;
    })
    .toBeLessThan(60_000);
});
