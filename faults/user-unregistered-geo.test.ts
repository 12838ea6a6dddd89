import { expect, test } from "vitest";
import { revokeAuthGeo } from "./revoke-auth-geo.ts";
import { startGuardedDatabase } from "./testing/guarded-database.ts";
import { userUnregisteredGeo } from "./user-unregistered-geo.ts";

const values = { service: "geo" };

test("nobody of that name logs in, until the user is there again; twice is as once", async () => {
  const { operation, codeOfQuery, driver } = await startGuardedDatabase("geo");
  const { onStore } = userUnregisteredGeo;

  await onStore?.inject(values, operation);
  await onStore?.inject(values, operation);
  expect(await codeOfQuery()).toBe(18);
  expect(driver.done.at(-1)).toBe("restart geo");

  await onStore?.recover(values, operation, undefined);
  await onStore?.recover(values, operation, undefined);
  expect(await codeOfQuery()).toBe(0);
});

test("with its role revoked as well, all is well once both are recovered, in either order", async () => {
  const { operation, codeOfQuery } = await startGuardedDatabase("geo");
  const revoked = revokeAuthGeo.onStore;
  const dropped = userUnregisteredGeo.onStore;

  await revoked?.inject(values, operation);
  await dropped?.inject(values, operation);
  await revoked?.recover(values, operation, undefined);
  await dropped?.recover(values, operation, undefined);
  expect(await codeOfQuery()).toBe(0);

  await dropped?.inject(values, operation);
  await revoked?.inject(values, operation);
  await dropped?.recover(values, operation, undefined);
  await revoked?.recover(values, operation, undefined);
  expect(await codeOfQuery()).toBe(0);
});
