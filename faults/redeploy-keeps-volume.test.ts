import { expect, test } from "vitest";
import { redeployKeepsVolume } from "./redeploy-keeps-volume.ts";
import { doneBy } from "./testing/done.ts";

test("each database looks where no data is, and its service is started without waiting for it", async () => {
  const servers = [{ name: "geo", state: "stopped" as const }, { name: "mongodb-geo" }];

  expect(await doneBy(redeployKeepsVolume, "inject", { servers })).toEqual([
    "stop geo",
    'restart mongodb-geo {"args":["--dbpath","/nonexistent/volumes/claim"]}',
    "start geo",
  ]);
});

test("recovery starts each database on its data, and a service that is stopped", async () => {
  const servers = [{ name: "geo" }, { name: "mongodb-geo", changed: true }];

  expect(await doneBy(redeployKeepsVolume, "recover", { servers })).toEqual([
    "restart mongodb-geo",
  ]);
});
