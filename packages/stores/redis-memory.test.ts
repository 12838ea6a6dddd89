import { testCall } from "@faultline/rpc/test-call";
import { expect, test } from "vitest";
import { createMemoryRedis } from "./redis-memory.ts";
import { rising } from "./testing/redises.ts";

test("the in-memory Redis begins another life, with what it had or without", async () => {
  const redis = createMemoryRedis();
  const first = await redis.runId(testCall());
  await redis.set("1", "one", testCall());

  redis.restart({ keep: true });
  const second = await redis.runId(testCall());
  expect(await redis.get("1", testCall())).toBe("one");
  redis.restart();

  expect(await redis.get("1", testCall())).toBeUndefined();
  expect(new Set([first, second, await redis.runId(testCall())]).size).toBe(3);
});

test("the in-memory Redis refuses new keys over its limit, as a full server does", async () => {
  const redis = createMemoryRedis({ keysMax: 1 });
  await redis.set("1", "one", testCall());

  const refused = redis.addNew("2", rising("a"), testCall());

  await expect(refused).rejects.toMatchObject({ code: "resourceExhausted" });
  await redis.set("1", "another", testCall());
});
