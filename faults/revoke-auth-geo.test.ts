import { expect, test } from "vitest";
import { revokeAuthGeo } from "./revoke-auth-geo.ts";
import { startGuardedDatabase } from "./testing/guarded-database.ts";

test("the user logs in and may not read, until it is granted again; twice is as once", async () => {
  const { operation, codeOfQuery, driver } = await startGuardedDatabase("geo");
  const { onStore } = revokeAuthGeo;
  const values = { service: "geo" };
  expect(await codeOfQuery()).toBe(0);

  await onStore?.inject(values, operation);
  await onStore?.inject(values, operation);
  expect(await codeOfQuery()).toBe(13);
  expect(driver.done.slice(-1)).toEqual(["restart geo"]);

  await onStore?.recover(values, operation, undefined);
  await onStore?.recover(values, operation, undefined);
  expect(await codeOfQuery()).toBe(0);
});
