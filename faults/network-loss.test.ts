import { expect, test } from "vitest";
import { networkLoss } from "./network-loss.ts";
import { doneBy } from "./testing/done.ts";

test("the ways of everyone to every replica stall, in that share of connections", async () => {
  const servers = [{ name: "user" }, { name: "user-2" }];

  expect(await doneBy(networkLoss, "inject", { servers, given: { share: 0.5 } })).toEqual([
    'disturb *→user {"stalls":true,"share":0.5}',
    'disturb *→user-2 {"stalls":true,"share":0.5}',
  ]);
});

test("recovery leaves the ways as planned", async () => {
  expect(await doneBy(networkLoss, "recover", { servers: [{ name: "user" }] })).toEqual([
    "leave *→user",
  ]);
});
