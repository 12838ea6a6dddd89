import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Document, MongoClient, UUID } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { retriesFrom, retriesTo } from "./collections/layout.ts";
import { startServer } from "./durability/server-process.ts";
import { Sessions } from "./sessions.ts";
import { createMemoryStorage } from "./storage/memory.ts";

const minuteMs = 60_000;
const sessionId = new UUID();

test("a write that was acknowledged before the server was killed is not done again", async () => {
  const dbpath = await mkdtemp(join(tmpdir(), "mongod-retry-"));
  onTestFinished(() => rm(dbpath, { recursive: true }));
  const increment = {
    findAndModify: "c",
    query: { _id: 1 },
    update: { $inc: { n: 1 } },
    upsert: true,
    new: true,
    txnNumber: 1n,
  };

  const first = await sendAndKill(dbpath, increment);
  const second = await sendAndKill(dbpath, increment);
  const third = await sendAndKill(dbpath, { ...increment, txnNumber: 2n });

  expect(first.value).toEqual({ _id: 1, n: 1 });
  expect(second).toEqual(first);
  expect(third.value).toEqual({ _id: 1, n: 2 });
}, 120_000);

test("a retry is forgotten after half an hour, and an ended session at once", () => {
  const storage = createMemoryStorage();
  let nowMs = 0;
  const sessions = new Sessions(storage, () => nowMs);
  const stored = () => [...storage.range(retriesFrom, retriesTo)].length;
  for (const session of ["a", "b", "c"]) sessions.remember({ session, txnNumber: 1 }, { ok: 1 });
  sessions.end("a");
  expect(sessions.replyTo({ session: "a", txnNumber: 1 })).toBeUndefined();
  expect(stored()).toBe(2);
  nowMs = 29 * minuteMs;
  sessions.remember({ session: "c", txnNumber: 2 }, { ok: 1 });
  nowMs = 31 * minuteMs;
  sessions.sweep();
  expect(stored()).toBe(1);
  expect(sessions.replyTo({ session: "b", txnNumber: 1 })).toBeUndefined();
  expect(sessions.replyTo({ session: "c", txnNumber: 2 })).toBeDefined();
});

test("of too many retries the oldest is forgotten", () => {
  const storage = createMemoryStorage();
  const sessions = new Sessions(storage);
  for (let at = 0; at < 10_001; at += 1) {
    sessions.remember({ session: `${at}`, txnNumber: 1 }, { ok: 1 });
  }
  expect(sessions.count).toBe(10_000);
  expect(sessions.replyTo({ session: "0", txnNumber: 1 })).toBeUndefined();
  expect(sessions.replyTo({ session: "1", txnNumber: 1 })).toBeDefined();
});

async function sendAndKill(dbpath: string, command: Document): Promise<Document> {
  const server = await startServer(dbpath);
  const client = new MongoClient(server.url, { retryWrites: false });
  try {
    const session = client.startSession();
    // As a driver does that tries again with the session that it had.
    Object.assign(session.serverSession ?? {}, { id: { id: sessionId } });
    return await client.db("shop").command(command, { session });
  } finally {
    await server.kill();
    await client.close();
  }
}
