import { expect, test } from "vitest";
import { processPause } from "./process-pause.ts";
import { doneBy } from "./testing/done.ts";

test("every replica stands still, and goes on", async () => {
  const servers = [{ name: "user" }, { name: "user-2" }];

  expect(await doneBy(processPause, "inject", { servers })).toEqual(["pause user", "pause user-2"]);
  expect(await doneBy(processPause, "recover", { servers })).toEqual([
    "resume user",
    "resume user-2",
  ]);
});

test("a store can stand still too", async () => {
  const given = { server: "memcached-rate" };

  expect(
    await doneBy(processPause, "inject", { servers: [{ name: "memcached-rate" }], given }),
  ).toEqual(["pause memcached-rate"]);
});
