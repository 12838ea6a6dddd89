import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { defineApp } from "@faultline/service/define-app";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { storesOf } from "./store-plan.ts";
import { prepareStoreTls } from "./store-tls.ts";
import { freePort, machine, startAll, temporaryFolder } from "./test-launch.ts";

const contract = { name: "Any", fullName: "shop.Any", methods: {} };

/** The stores of a small application, as the launcher runs them where the environment says so. */
async function runStores(environment: Record<string, string>) {
  const folder = temporaryFolder();
  const mongo = { database: "shop", host: "shop-mongodb", port: await freePort(), auth: true };
  const redis = { name: "shop", port: await freePort() };
  const app = defineApp("shop", { cart: { contract, port: 1, stores: { mongo, redis } } });
  const tls = await prepareStoreTls(app, environment, folder);
  const { servers, variables } = storesOf(app.services.cart, {
    machine,
    dataDirectory: { databasePath: () => temporaryFolder() },
    ...(tls ? { storeTls: new Map([["shop", tls]]) } : {}),
  });
  const { launch } = await startAll(servers);
  return { tls, variables, redisPort: redis.port, launch };
}

function pingMongo(url: string): Promise<unknown> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  onTestFinished(() => client.close());
  return client.db("shop").command({ ping: 1 });
}

/** What a Redis answers over TLS to whoever trusts that authority. */
function pingRedis(port: number, caFile: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", ca: readFileSync(caFile) });
    onTestFinished(() => void socket.destroy());
    socket.once("secureConnect", () => socket.write("PING\r\n"));
    socket.once("data", (answer) => resolve(answer.toString()));
    socket.once("error", reject);
  });
}

test("stores that require TLS let in whoever trusts their authority, and nobody in plain text", async () => {
  const tls = { SHOP_MONGO_TLS: "requireTLS", SHOP_REDIS_TLS: "requireTLS" };
  const { variables, redisPort } = await runStores(tls);

  expect(await pingMongo(variables.MONGO_URL ?? "")).toMatchObject({ ok: 1 });
  expect(await pingRedis(redisPort, variables.REDIS_CA_FILE ?? "")).toBe("+PONG\r\n");
  expect(variables.REDIS_URL).toBe(`rediss://127.0.0.1:${redisPort}`);
  await expect(pingMongo((variables.MONGO_URL ?? "").replace(/\?.*/, ""))).rejects.toThrow();
  const others = join(import.meta.dirname, "../rpc/fixtures/ca_cert.pem");
  await expect(pingRedis(redisPort, others)).rejects.toThrow(/unable to verify|self-signed|issuer/);
});

test("databases that prefer TLS take plain connections too", async () => {
  const { variables } = await runStores({ SHOP_MONGO_TLS: "preferTLS" });
  const url = variables.MONGO_URL ?? "";

  expect(url).toContain("tls=true");
  expect(await pingMongo(url)).toMatchObject({ ok: 1 });
  expect(await pingMongo(url.replace(/\?.*/, ""))).toMatchObject({ ok: 1 });
  expect(variables.REDIS_URL).toMatch(/^redis:/);
});

test("without a word about TLS nothing is made, and nothing speaks it", async () => {
  const { tls, variables } = await runStores({ SHOP_MONGO_TLS: "disabled", SHOP_REDIS_TLS: "" });

  expect(tls).toBeUndefined();
  expect(variables).not.toHaveProperty("REDIS_CA_FILE");
});

test("only this user can read the key, and each start has a new one", async () => {
  const app = defineApp("shop", { cart: { contract, port: 1 } });
  const folder = temporaryFolder();
  const start = () => prepareStoreTls(app, { SHOP_MONGO_TLS: "requireTLS" }, folder);

  const file = (await start())?.serverFile ?? "";
  const before = readFileSync(file, "utf8");
  await start();

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).not.toBe(before);
});

test("a mode that there is not is refused with those that there are", async () => {
  const app = defineApp("shop", { cart: { contract, port: 1 } });

  await expect(prepareStoreTls(app, { SHOP_MONGO_TLS: "yes" }, "/nowhere")).rejects.toThrow(
    "SHOP_MONGO_TLS=yes: it must be one of disabled, preferTLS, requireTLS.",
  );
});
