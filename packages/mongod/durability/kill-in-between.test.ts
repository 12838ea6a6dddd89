import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Collection, MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { type ServerProcess, startServer } from "./server-process.ts";

const many = 20_000;

test("a server killed between the documents of a write of many leaves each of them whole", async () => {
  const dbpath = await mkdtemp(join(tmpdir(), "mongod-between-"));
  onTestFinished(() => rm(dbpath, { recursive: true }));
  const first = await start(dbpath);
  await first.items.createIndex({ n: 1 });
  await first.items.insertMany(Array.from({ length: many }, (_, n) => ({ _id: n, n })));
  const write = first.items.updateMany({}, { $inc: { n: many } });
  write.catch(() => undefined);
  const seen = await someChanged(first.items);
  await first.server.kill();

  const { items } = await start(dbpath);
  const numbers = (await items.find().sort({ _id: 1 }).toArray()).map(({ n }) => n);
  const changed = numbers.filter((n) => n >= many).length;
  expect(changed).toBeGreaterThanOrEqual(seen);
  expect(numbers).toEqual(numbers.map((_, at) => (at < changed ? at + many : at)));
  expect(await items.db.command({ validate: "items" })).toMatchObject({ valid: true });
}, 120_000);

type Item = { _id: number; n: number };

/** How many documents another client sees changed, as soon as it sees any. */
async function someChanged(items: Collection<Item>): Promise<number> {
  for (;;) {
    const changed = await items.countDocuments({ n: { $gte: many } });
    if (changed > 0) return changed;
  }
}

async function start(dbpath: string): Promise<{ server: ServerProcess; items: Collection<Item> }> {
  const server = await startServer(dbpath);
  const client = new MongoClient(server.url, { retryWrites: false });
  onTestFinished(async () => {
    await client.close();
    await server.kill();
  });
  return { server, items: client.db("t").collection<Item>("items") };
}
