import { expect, test } from "vitest";
import { redisMemoryFull } from "./redis-memory-full.ts";
import { doneBy } from "./testing/done.ts";
import { shop } from "./testing/shop.ts";

const social = {
  name: "social",
  services: {
    "home-timeline": {
      definition: { port: 1, stores: { redis: { name: "home-timeline", port: 2 } } },
    },
  },
};

test("an application without a Redis is told that it has none", async () => {
  await expect(doneBy(redisMemoryFull, "inject", { servers: [], topology: shop })).rejects.toThrow(
    /cannot be given: shop has no redis/,
  );
});

test("a Redis is started with a limit and no way to make room, and as planned in the end", async () => {
  const servers = [{ name: "home-timeline-redis" }];
  const changed = [{ name: "home-timeline-redis", changed: true }];

  expect(await doneBy(redisMemoryFull, "inject", { servers, topology: social })).toEqual([
    'restart home-timeline-redis {"args":["--maxmemory","512kb","--maxmemory-policy","noeviction"]}',
  ]);
  expect(await doneBy(redisMemoryFull, "recover", { servers: changed, topology: social })).toEqual([
    "restart home-timeline-redis",
  ]);
});
