import { expect, test } from "vitest";
import { processKill } from "./process-kill.ts";
import { doneBy } from "./testing/done.ts";

test("each process is killed once, and one that is not there is left alone", async () => {
  const servers = [{ name: "geo" }, { name: "geo-2", startedAtMs: undefined }];

  expect(await doneBy(processKill, "inject", { servers })).toEqual(["kill geo SIGKILL"]);
});

test("there is nothing to recover: who supervises has started it again", async () => {
  expect(await doneBy(processKill, "recover", { servers: [{ name: "geo" }] })).toEqual([]);
});
