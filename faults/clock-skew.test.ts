import { expect, test } from "vitest";
import { clockSkew } from "./clock-skew.ts";
import { attach } from "./testing/attach.ts";

test("every way to ask for the time is ahead, and right again afterwards", () => {
  const trueMs = performance.timeOrigin + performance.now();
  const { turnOff } = attach(clockSkew, { given: { skewS: 3_600 } });

  const skewed = [Date.now(), Date.parse(new Date().toISOString()), Date.parse(Date())].map(
    (ms) => ms - trueMs,
  );
  const given = new Date("2015-04-09T00:00:00Z").toISOString();
  const isDate = new Date() instanceof Date;
  turnOff();

  for (const ms of skewed) expect(Math.round(ms / 60_000)).toBe(60);
  expect(given).toBe("2015-04-09T00:00:00.000Z");
  expect(isDate).toBe(true);
  expect(Math.round((Date.now() - trueMs) / 60_000)).toBe(0);
});
