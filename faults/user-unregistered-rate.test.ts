import { expect, test } from "vitest";
import { revokeAuthRate } from "./revoke-auth-rate.ts";
import { startGuardedDatabase } from "./testing/guarded-database.ts";
import { userUnregisteredRate } from "./user-unregistered-rate.ts";

const values = { service: "rate" };

test("nobody of that name logs in, until the user is there again; twice is as once", async () => {
  const { operation, codeOfQuery, driver } = await startGuardedDatabase("rate");
  const { onStore } = userUnregisteredRate;

  await onStore?.inject(values, operation);
  await onStore?.inject(values, operation);
  expect(await codeOfQuery()).toBe(18);
  expect(driver.done.at(-1)).toBe("restart rate");

  await onStore?.recover(values, operation, undefined);
  await onStore?.recover(values, operation, undefined);
  expect(await codeOfQuery()).toBe(0);
});

test("with its role revoked as well, all is well once both are recovered, in either order", async () => {
  const { operation, codeOfQuery } = await startGuardedDatabase("rate");
  const revoked = revokeAuthRate.onStore;
  const dropped = userUnregisteredRate.onStore;

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
