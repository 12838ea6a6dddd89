import { expect, test } from "vitest";
import { cacheDown } from "./cache-down.ts";
import { doneBy } from "./testing/done.ts";

test("the cache of the service is stopped, by the name that the table gives it", async () => {
  const servers = [{ name: "memcached-profile" }, { name: "memcached-rate" }];

  expect(await doneBy(cacheDown, "inject", { servers, given: { service: "profile" } })).toEqual([
    "stop memcached-profile",
  ]);
});

test("recovery starts a cache that is stopped", async () => {
  const servers = [{ name: "memcached-rate", state: "stopped" as const }];

  expect(await doneBy(cacheDown, "recover", { servers })).toEqual(["start memcached-rate"]);
});

test("a service without a cache is refused with the names that there are", async () => {
  await expect(
    doneBy(cacheDown, "inject", { servers: [], given: { service: "geo" } }),
  ).rejects.toThrow(/must be one of profile, rate/);
});
