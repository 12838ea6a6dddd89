import { expect, test } from "vitest";
import { targetPort } from "./target-port.ts";
import { doneBy } from "./testing/done.ts";

const replicas = ["rate", "rate-2"].map((name) => ({ name, address: { host: "::1", port: 1 } }));

test("every replica is started again on the wrong port, one that is there already is not", async () => {
  const moved = { name: "rate-3", address: { host: "::1", port: 9_999 } };

  expect(await doneBy(targetPort, "inject", { servers: [...replicas, moved] })).toEqual([
    'restart rate {"port":9999}',
    'restart rate-2 {"port":9999}',
  ]);
});

test("recovery starts as planned what differs from the plan, and nothing else", async () => {
  const servers = [{ name: "rate", changed: true }, { name: "rate-2" }];

  expect(await doneBy(targetPort, "recover", { servers })).toEqual(["restart rate"]);
});

test("stores and front doors can be missed too", async () => {
  const servers = [{ name: "mongodb-rate" }];
  const given = { server: "mongodb-rate", port: 7 };

  expect(await doneBy(targetPort, "inject", { servers, given })).toEqual([
    'restart mongodb-rate {"port":7}',
  ]);
});
