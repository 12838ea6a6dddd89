import { inspect } from "node:util";
import { testCall } from "@faultline/rpc/test-call";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import type { Mongo } from "./mongo.ts";
import { connectMongo, type MongoSettings } from "./mongo-client.ts";
import { serverCodeOf } from "./mongo-errors.ts";
import { eventually } from "./testing/eventually.ts";
import { startMongod } from "./testing/mongod-server.ts";
import { startScripted } from "./testing/scripted-server.ts";

function open(url: string, settings: Partial<MongoSettings> = {}): Mongo {
  const mongo = connectMongo({
    service: "rate",
    peer: "mongodb-rate",
    database: "rate-db",
    url,
    serverSelectionTimeoutMs: 500,
    ...settings,
  });
  onTestFinished(() => mongo.close());
  return mongo;
}

const soon = () => testCall({ withinMs: 10_000 });

test("without a server one call waits for it, and the next ones fail at once", async () => {
  const mongo = open("mongodb://127.0.0.1:1/");

  await expect(mongo.ping(soon())).rejects.toMatchObject({
    code: "unavailable",
    message: "mongodb-rate cannot be reached",
    cause: { name: "MongoServerSelectionError" },
  });
  const next: unknown = await mongo.ping(soon()).catch((error) => error);
  expect(next).toMatchObject({ code: "unavailable" });
  expect(next).not.toHaveProperty("cause");
});

test("a server that comes up after us is found", async () => {
  const server = await startMongod();
  await server.kill();
  const mongo = open(`mongodb://${server.address}/`);
  await expect(mongo.ping(soon())).rejects.toMatchObject({ code: "unavailable" });

  await server.start();

  await eventually(() => mongo.ping(soon()));
});

test("a killed server fails calls as unavailable, and one that is back is found again", async () => {
  const server = await startMongod();
  const mongo = open(`mongodb://${server.address}/`);
  const plans = mongo.collection<{ hotelId: string }>("inventory");
  await plans.insertMany([{ hotelId: "1" }], soon());

  await server.kill();
  await expect(plans.find({}, soon())).rejects.toMatchObject({ code: "unavailable" });
  await expect(plans.insertMany([{ hotelId: "2" }], soon())).rejects.toMatchObject({
    code: "unavailable",
  });

  await server.start();
  const found = await eventually(() => plans.find({}, soon()));
  expect(found).toMatchObject([{ hotelId: "1" }]);
});

test("a server that was restarted between two calls fails no read", async () => {
  const server = await startMongod();
  const mongo = open(`mongodb://${server.address}/`, { serverSelectionTimeoutMs: 10_000 });
  await mongo.collection("inventory").count({}, soon());

  await server.kill();
  await server.start();

  expect(await mongo.collection("inventory").count({}, soon())).toBe(0);
});

test("a caller waits for a frozen server no longer than its deadline, and may leave", async () => {
  const server = await startMongod();
  const mongo = open(`mongodb://${server.address}/`);
  const plans = mongo.collection("inventory");
  await plans.count({}, soon());
  const leaving = new AbortController();

  server.pause();
  const late = plans.count({}, testCall({ withinMs: 100 }));
  const left = plans.count({}, testCall({ signal: leaving.signal }));
  leaving.abort();

  await expect(left).rejects.toMatchObject({ code: "canceled" });
  await expect(late).rejects.toMatchObject({ code: "deadlineExceeded" });
  server.resume();
  expect(await eventually(() => plans.count({}, soon()))).toBe(0);
});

test("more operations than may be under way are refused", async () => {
  const server = await startScripted(() => undefined);
  const mongo = open(`mongodb://${server.address}/`, { operationsMax: 2 });
  const waiting = [mongo.ping(soon()), mongo.ping(soon())];

  await expect(mongo.ping(soon())).rejects.toMatchObject({ code: "resourceExhausted" });

  for (const one of waiting) await expect(one).rejects.toMatchObject({ code: "unavailable" });
});

test("a closed database refuses calls", async () => {
  const mongo = open("mongodb://127.0.0.1:1/");
  await mongo.close();

  await expect(mongo.ping(soon())).rejects.toMatchObject({ code: "unavailable" });
});

test("a malformed URL is refused without quoting it", () => {
  for (const url of ["mongo://root:s3cret@here", "mongodb://root:s3cret@:x/", "root:s3cret"]) {
    const attempt = () => open(url);
    expect(attempt).toThrow("the URL of mongodb-rate is malformed");
    expect(attempt).not.toThrow("s3cret");
  }
});

test("a wrong password is told from a missing privilege by the server's own code", async () => {
  const server = await startMongod("--auth");
  const admin = new MongoClient(`mongodb://${server.address}/`);
  onTestFinished(() => admin.close());
  const root = { user: "root", pwd: "root", roles: ["root"] };
  await admin.db("admin").command({ createUser: root.user, pwd: root.pwd, roles: root.roles });
  const signedIn = new MongoClient(`mongodb://root:root@${server.address}/`);
  onTestFinished(() => signedIn.close());
  await signedIn.db("admin").command({ createUser: "admin", pwd: "s3cret", roles: [] });
  const stranger = open(`mongodb://admin:wr0ng@${server.address}/`);
  const powerless = open(`mongodb://admin:s3cret@${server.address}/`).collection("inventory");

  const refused: unknown = await stranger.ping(soon()).catch((error) => error);
  const forbidden: unknown = await powerless.count({}, soon()).catch((error) => error);
  const unwritten: unknown = await powerless.insertMany([{}], soon()).catch((error) => error);

  expect(refused).toMatchObject({
    code: "unavailable",
    message: "mongodb-rate refused: AuthenticationFailed (18)",
  });
  expect(inspect(refused, { depth: 5 })).not.toContain("wr0ng");
  expect([refused, forbidden, unwritten].map(serverCodeOf)).toEqual([18, 13, 13]);
  expect([forbidden, unwritten]).toMatchObject([{ code: "unavailable" }, { code: "unavailable" }]);

  const role = { role: "readWrite", db: "rate-db" };
  await signedIn.db("admin").command({ grantRolesToUser: "admin", roles: [role] });
  expect(await powerless.count({}, soon())).toBe(0);
});

test("the server's own code is found behind an error, and none where no server spoke", async () => {
  const mongo = open("mongodb://127.0.0.1:1/");

  const error: unknown = await mongo.ping(soon()).catch((thrown) => thrown);

  expect(serverCodeOf(error)).toBeUndefined();
});
