import { UUID } from "bson";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { openLog } from "./log/log.ts";
import { type ServerOptions, startServer } from "./server.ts";
import { createMemoryStorage } from "./storage/memory.ts";

async function openDatabase(options = {}, serverOptions: Partial<ServerOptions> = {}) {
  const server = await startServer({ port: 0, storage: createMemoryStorage(), ...serverOptions });
  const client = await new MongoClient(`mongodb://127.0.0.1:${server.port}`, options).connect();
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return { server, client, db: client.db("t") };
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

test("a write that a session sends again while it is under way is done once too", async () => {
  const { client, db } = await openDatabase();
  const many = 10_000;
  await db.collection("c").insertMany(Array.from({ length: many }, () => ({ n: 0 })));
  const updates = [{ q: {}, u: { $inc: { n: 1 } }, multi: true }];
  // The driver sends the id of the session.
  const session = client.startSession();

  const replies = await Promise.all(
    [1, 2, 3].map(() => db.command({ update: "c", updates, txnNumber: 1n }, { session })),
  );

  for (const reply of replies) expect(reply).toMatchObject({ n: many, nModified: many });
  expect(await db.collection("c").countDocuments({ n: 1 })).toBe(many);
  await session.endSession();
});

test("when a client disconnects its reads end, and its writes are done", async () => {
  const lines: string[] = [];
  const log = await openLog({ toLine: (line) => lines.push(line) });
  const { server, db } = await openDatabase({}, { log, slowMs: 0 });
  const many = 10_000;
  await db.collection("c").insertMany(Array.from({ length: many }, (_, n) => ({ n })));
  const sum = { $sum: { $map: { input: { $range: [0, 60] }, in: "$$this" } } };
  const slow = { $expr: { $gte: [sum, 0] } };
  const leaving = await new MongoClient(`mongodb://127.0.0.1:${server.port}`).connect();
  const gone = leaving.db("t").collection("c");

  const read = gone.countDocuments(slow).catch(() => undefined);
  const written = gone.updateMany(slow, { $set: { done: true } }).catch(() => undefined);
  await expect.poll(() => server.instance.operations.list().length).toBe(2);
  await leaving.close(true);
  await Promise.all([read, written]);

  await expect.poll(() => lines.join("")).toContain('"errName":"ClientDisconnect"');
  await expect
    .poll(() => db.collection("c").countDocuments({ done: true }), { timeout: 30_000 })
    .toBe(many);
}, 60_000);

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
