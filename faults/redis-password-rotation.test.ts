import { expect, test } from "vitest";
import { redisPasswordRotation } from "./redis-password-rotation.ts";
import { startedRedis } from "./testing/started-redis.ts";

test("whoever connects is refused, whoever is connected is not, and a restart ends it", async () => {
  const { operation, driver, connect } = await startedRedis();
  const values = { server: "timeline-redis" };
  const before = await connect();

  await redisPasswordRotation.onStore?.inject(values, operation);
  const after = await connect();

  expect(await before("SET a 1")).toBe("+OK");
  expect(await after("SET a 1")).toMatch(/^-NOAUTH/);
  expect(driver.done).toEqual(["restart timeline"]);

  await redisPasswordRotation.onStore?.recover(values, operation, undefined);
  expect(driver.done.slice(1)).toEqual(["restart timeline-redis", "restart timeline"]);
});
