import { expect, test } from "vitest";
import { revokeAuthRate } from "./revoke-auth-rate.ts";
import { startGuardedDatabase } from "./testing/guarded-database.ts";

test("the user logs in and may not read, until it is granted again; twice is as once", async () => {
  const { operation, codeOfQuery, driver } = await startGuardedDatabase("rate");
  const { onStore } = revokeAuthRate;
  const values = { service: "rate" };
  expect(await codeOfQuery()).toBe(0);

  await onStore?.inject(values, operation);
  await onStore?.inject(values, operation);
  expect(await codeOfQuery()).toBe(13);
  expect(driver.done.slice(-2)).toEqual(["restart memcached-rate", "restart rate"]);

  await onStore?.recover(values, operation, undefined);
  await onStore?.recover(values, operation, undefined);
  expect(await codeOfQuery()).toBe(0);
});
