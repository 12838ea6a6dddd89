import { expect, test } from "vitest";
import { scaleToZero } from "./scale-to-zero.ts";
import { doneBy } from "./testing/done.ts";

test("every replica is stopped", async () => {
  const servers = [{ name: "user" }, { name: "user-2" }, { name: "mongodb-user" }];

  expect(await doneBy(scaleToZero, "inject", { servers })).toEqual(["stop user", "stop user-2"]);
});

test("recovery starts those that are stopped, and leaves those that run", async () => {
  const servers = [{ name: "user", state: "stopped" as const }, { name: "user-2" }];

  expect(await doneBy(scaleToZero, "recover", { servers })).toEqual(["start user"]);
});
