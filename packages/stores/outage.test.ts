import { expect, test } from "vitest";
import { createOutage } from "./outage.ts";

test("everybody may ask a server that answers", () => {
  const outage = createOutage(100, () => 0);

  expect([outage.admits(), outage.admits()]).toEqual([true, true]);
});

test("a server that failed is left alone for a while, then one call may try", () => {
  let nowMs = 0;
  const outage = createOutage(100, () => nowMs);

  outage.failed();
  expect(outage.admits()).toBe(false);
  nowMs = 100;
  expect([outage.admits(), outage.admits()]).toEqual([true, false]);

  outage.failed();
  nowMs = 199;
  expect(outage.admits()).toBe(false);
  nowMs = 200;
  expect(outage.admits()).toBe(true);
  outage.answered();
  expect([outage.admits(), outage.admits()]).toEqual([true, true]);
});

test("a call that did not ask after all leaves the try to the next one", () => {
  const outage = createOutage(0, () => 0);
  outage.failed();
  expect([outage.admits(), outage.admits()]).toEqual([true, false]);

  outage.unasked();

  expect([outage.admits(), outage.admits()]).toEqual([true, false]);
});
