import { expect, test } from "vitest";
import { networkDelay } from "./network-delay.ts";
import { doneBy } from "./testing/done.ts";

test("everything that the server sends is late", async () => {
  const servers = [{ name: "user" }];
  const given = { delayMs: 300, jitterMs: 20 };

  expect(await doneBy(networkDelay, "inject", { servers, given })).toEqual([
    'disturb *→user {"delayMs":300,"jitterMs":20}',
  ]);
});

test("recovery leaves the way as planned", async () => {
  expect(await doneBy(networkDelay, "recover", { servers: [{ name: "user" }] })).toEqual([
    "leave *→user",
  ]);
});
