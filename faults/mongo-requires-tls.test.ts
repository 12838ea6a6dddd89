import { expect, test } from "vitest";
import { createFakeDriver } from "./fake-driver.ts";
import { mongoRequiresTls } from "./mongo-requires-tls.ts";
import { tlsFlags } from "./require-tls.ts";
import { startWithCertificate } from "./testing/certified-database.ts";
import { shop } from "./testing/shop.ts";

const servers = [{ name: "profile", kind: "service", state: "ready", restarts: 0 } as const];
const values = { service: "profile" };

test("the database starts with TLS only and the service anew, and both as planned afterwards", async () => {
  const driver = createFakeDriver({ servers });
  const operation = { driver, topology: shop, signal: AbortSignal.timeout(30_000) };
  const args = tlsFlags("/files/server.pem");

  await mongoRequiresTls.onStore?.inject(values, operation);
  expect(driver.done).toEqual([
    "putFile mongodb-profile server.pem",
    `restart mongodb-profile ${JSON.stringify({ args })}`,
    "restart profile",
  ]);

  driver.done.length = 0;
  await mongoRequiresTls.onStore?.recover(values, operation, undefined);
  expect(driver.done).toEqual([
    "restart mongodb-profile",
    "removeFile mongodb-profile server.pem",
    "restart profile",
  ]);
});

test("a real server takes the certificate, and speaks TLS only", async () => {
  const dates = { fromMs: Date.now() - 60_000, toMs: Date.now() + 60_000 };
  const { server, plain, secure } = await startWithCertificate(dates);

  await expect(plain()).rejects.toThrow(/closed|selection|connect/i);
  expect(await secure()).toMatchObject({ ok: 1 });
  await server.kill();
});
