import { expect, test } from "vitest";
import { redisMemoryFull } from "./redis-memory-full.ts";
import { doneBy } from "./testing/done.ts";
import { shop } from "./testing/shop.ts";
import { startedRedis } from "./testing/started-redis.ts";

const values = { server: "timeline-redis", limitKiB: 512 };

test("an application without a Redis is told that it has none", async () => {
  await expect(doneBy(redisMemoryFull, "inject", { servers: [], topology: shop })).rejects.toThrow(
    /cannot be given: shop has no redis/,
  );
});

test("a Redis refuses what is new and still answers, and has its memory back in the end", async () => {
  const { operation, driver, connect } = await startedRedis();
  const ask = await connect();
  const before = await ask("CONFIG GET maxmemory");
  await ask("SET old 1");

  const memento = await redisMemoryFull.onStore?.inject(values, operation);
  expect(await ask("SET new 1")).toMatch(/^-OOM/);
  expect(await ask("GET old")).toContain("1");

  await redisMemoryFull.onStore?.recover(values, operation, memento ?? undefined);
  expect(await ask("SET new 1")).toBe("+OK");
  expect(await ask("CONFIG GET maxmemory")).toBe(before);
  expect(driver.done).toEqual([]);
});

test("after a crash in the middle it is started anew", async () => {
  const { operation, driver } = await startedRedis();

  await redisMemoryFull.onStore?.recover(values, operation, undefined);

  expect(driver.done).toEqual(["restart timeline-redis"]);
});
