import { UUID } from "bson";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { openLog } from "./log/log.ts";
import { startServer } from "./server.ts";
import { createMemoryStorage } from "./storage/memory.ts";

async function openDatabase(options = {}) {
  const server = await startServer({ port: 0, storage: createMemoryStorage() });
  const client = await new MongoClient(`mongodb://127.0.0.1:${server.port}`, options).connect();
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return { server, db: client.db("t") };
}

test("a write that a session sends again is done once and answered the same", async () => {
  const { db } = await openDatabase();
  await db.collection("c").insertOne({ k: 1, n: 0 });
  const update = {
    update: "c",
    updates: [{ q: { k: 1 }, u: { $inc: { n: 1 } } }],
    lsid: { id: new UUID() },
    txnNumber: 1n,
  };
  const first = await db.command(update);
  expect(await db.command(update)).toEqual(first);
  expect(await db.collection("c").findOne()).toMatchObject({ n: 1 });
  await db.command({ ...update, txnNumber: 2n });
  expect(await db.collection("c").findOne()).toMatchObject({ n: 2 });
  await expect(db.command(update)).rejects.toMatchObject({ code: 225 });
});

test("a transaction is refused as a standalone mongod refuses it", async () => {
  const { db } = await openDatabase();
  const begin = {
    find: "c",
    lsid: { id: new UUID() },
    txnNumber: 1n,
    startTransaction: true,
    autocommit: false,
  };
  await expect(db.command(begin)).rejects.toMatchObject({ code: 20, codeName: "IllegalOperation" });
});

test("zlib is agreed upon with drivers that offer it", async () => {
  const { db } = await openDatabase({ compressors: ["zlib"] });
  const text = "abc".repeat(10_000);
  await db.collection("c").insertOne({ text });
  expect(await db.collection("c").findOne()).toMatchObject({ text });
});

test("more members than one are not there to acknowledge a write", async () => {
  const { db } = await openDatabase();
  const insert = { insert: "c", documents: [{ a: 1 }], writeConcern: { w: 3 } };
  await expect(db.command(insert)).rejects.toMatchObject({ code: 2 });
});

test("setParameter quiet holds for the log at once, whether set at the start or later", async () => {
  const lines: string[] = [];
  const log = await openLog({ toLine: (line) => lines.push(line) });
  const parameters = { quiet: "true", cursorTimeoutMillis: "5000" };
  const server = await startServer({ port: 0, storage: createMemoryStorage(), log, parameters });
  onTestFinished(() => server.close());
  const url = `mongodb://127.0.0.1:${server.port}`;
  const accepted = () => lines.filter((line) => line.includes('"id":22943')).length;
  const client = await new MongoClient(url).connect();
  onTestFinished(() => client.close());
  expect(accepted()).toBe(0);
  const admin = client.db("admin");
  expect(await admin.command({ getParameter: 1, quiet: 1, cursorTimeoutMillis: 1 })).toMatchObject({
    quiet: true,
    cursorTimeoutMillis: 5_000,
  });

  await admin.command({ setParameter: 1, quiet: false });

  const other = await new MongoClient(url).connect();
  await other.close();
  expect(accepted()).toBeGreaterThan(0);
});
