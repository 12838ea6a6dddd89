import { expect, test } from "vitest";
import { missingNode } from "./missing-node.ts";
import { doneBy } from "./testing/done.ts";

test("every replica is sent to an address of no machine, and comes back as planned", async () => {
  const servers = [{ name: "user" }, { name: "user-2" }];
  const changed = servers.map((server) => ({ ...server, changed: true }));

  expect(await doneBy(missingNode, "inject", { servers })).toEqual([
    'restart user {"env":{"HOST":"192.0.2.1"}}',
    'restart user-2 {"env":{"HOST":"192.0.2.1"}}',
  ]);
  expect(await doneBy(missingNode, "recover", { servers: changed })).toEqual([
    "restart user",
    "restart user-2",
  ]);
});
