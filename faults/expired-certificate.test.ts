import { expect, test } from "vitest";
import { expiredCertificate } from "./expired-certificate.ts";
import { createFakeDriver } from "./fake-driver.ts";
import { tlsFlags } from "./require-tls.ts";
import { startWithCertificate } from "./testing/certified-database.ts";
import { shop } from "./testing/shop.ts";

const servers = [{ name: "profile", kind: "service", state: "ready", restarts: 0 } as const];
const values = { service: "profile" };

test("the database starts with TLS only and the service anew, and both as planned afterwards", async () => {
  const driver = createFakeDriver({ servers });
  const operation = { driver, topology: shop, signal: AbortSignal.timeout(30_000) };
  const args = tlsFlags("/files/server.pem");

  await expiredCertificate.onStore?.inject(values, operation);
  expect(driver.done).toEqual([
    "putFile mongodb-profile server.pem",
    `restart mongodb-profile ${JSON.stringify({ args })}`,
    "restart profile",
  ]);

  driver.done.length = 0;
  await expiredCertificate.onStore?.recover(values, operation, undefined);
  expect(driver.done).toEqual([
    "restart mongodb-profile",
    "removeFile mongodb-profile server.pem",
    "restart profile",
  ]);
});

test("a real server does not start with it, and says why", async () => {
  const dates = { fromMs: Date.now() - 120_000, toMs: Date.now() - 60_000 };

  await expect(startWithCertificate(dates)).rejects.toThrow(/expired or not yet valid/);
});
