import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFakeDriver } from "./fake-driver.ts";
import { Injector } from "./injector.ts";
import { mongoRequiresTls } from "./mongo-requires-tls.ts";
import { ParameterError } from "./parameters.ts";
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

test("a database that speaks TLS as planned is left alone, with a sentence that says so", async () => {
  const address = { host: "127.0.0.1", port: 1, tls: true };
  const database = {
    name: "mongodb-profile",
    kind: "mongod",
    state: "ready",
    restarts: 0,
  } as const;
  const driver = createFakeDriver({ servers: [...servers, { ...database, address }] });
  const dataDirectory = mkdtempSync(join(tmpdir(), "requires-tls-"));
  onTestFinished(() => rmSync(dataDirectory, { recursive: true }));
  const place = join(dataDirectory, "shop");
  const injector = new Injector({ topology: shop, driver, dataDirectory: place, by: "test" });

  await expect(
    injector.inject("mongo-requires-tls", {}, AbortSignal.timeout(30_000)),
  ).rejects.toThrow(new ParameterError("mongodb-profile speaks TLS already, and so does profile"));
  expect(driver.done).toEqual([]);
  expect(injector.active).toEqual([]);
});

test("a real server takes the certificate, and speaks TLS only", async () => {
  const dates = { fromMs: Date.now() - 60_000, toMs: Date.now() + 60_000 };
  const { server, plain, secure } = await startWithCertificate(dates);

  await expect(plain()).rejects.toThrow(/closed|selection|connect/i);
  expect(await secure()).toMatchObject({ ok: 1 });
  await server.kill();
});
