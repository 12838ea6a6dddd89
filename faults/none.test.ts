import { expect, test } from "vitest";
import { none } from "./none.ts";
import { attach } from "./testing/attach.ts";

test("it can be turned on and off, and nothing is different", () => {
  const { turnOff } = attach(none);
  turnOff();

  expect(none.onCall ?? none.onQuery ?? none.onStore ?? none.onProcess).toBeUndefined();
});
