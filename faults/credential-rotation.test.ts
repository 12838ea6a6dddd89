import { expect, test } from "vitest";
import { credentialRotation } from "./credential-rotation.ts";
import { startGuardedDatabase } from "./testing/guarded-database.ts";

test("the old password is refused for new connections, until it is set again", async () => {
  const { operation, codeOfQuery, driver } = await startGuardedDatabase("rate");
  const values = { service: "rate", restarts: 0 };

  await credentialRotation.onStore?.inject(values, operation);
  expect(await codeOfQuery()).toBe(18);
  expect(driver.done).toEqual([]);

  await credentialRotation.onStore?.recover(values, operation, undefined);
  expect(await codeOfQuery()).toBe(0);
  expect(driver.done).toEqual(["restart rate"]);
});

test("as many replicas as asked are started anew and meet it at once", async () => {
  const { operation, driver } = await startGuardedDatabase("rate");

  await credentialRotation.onStore?.inject({ service: "rate", restarts: 1 }, operation);

  expect(driver.done).toEqual(["restart rate"]);
});
