import { expect, test } from "vitest";
import { Closing } from "./closing.ts";

test("what was opened last is closed first", async () => {
  const closed: string[] = [];
  const closing = new Closing();
  closing.opened({ close: () => closed.push("store") });
  closing.opened({ close: async () => closed.push("server") });
  await closing.close();
  await closing.close();
  expect(closed).toEqual(["server", "store"]);
});

test("a failure to close does not keep the rest open, and is told", async () => {
  const closed: string[] = [];
  const closing = new Closing();
  closing.opened({ close: () => closed.push("store") });
  closing.opened({ close: () => Promise.reject(new Error("stuck")) });
  await expect(closing.close()).rejects.toThrow("stuck");
  expect(closed).toEqual(["store"]);
});
