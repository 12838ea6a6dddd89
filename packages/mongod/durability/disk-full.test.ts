import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Collection, MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "../server.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import { type Storage, StorageFull } from "../storage.ts";
import { startServer as startProcess } from "./server-process.ts";

type Item = { _id: number; name: string; filler?: Buffer };

const outOfDiskSpace = 14_031;

test("on a full disk every kind of write is refused and changes nothing", async () => {
  const disk = createDisk();
  const items = await collectionOn(disk.storage);
  await items.createIndex({ name: 1 }, { unique: true });
  await items.insertMany([
    { _id: 1, name: "one" },
    { _id: 2, name: "two" },
  ]);
  const database = items.db;

  disk.isFull = true;
  const refused = [
    items.insertOne({ _id: 3, name: "three" }),
    items.insertMany(
      [
        { _id: 4, name: "four" },
        { _id: 5, name: "five" },
      ],
      { ordered: false },
    ),
    items.updateOne({ _id: 1 }, { $set: { name: "other" } }),
    items.replaceOne({ _id: 9 }, { name: "nine" }, { upsert: true }),
    items.findOneAndUpdate({ _id: 2 }, { $set: { name: "other" } }),
    items.deleteOne({ _id: 1 }),
    items.createIndex({ filler: 1 }),
    items.dropIndex("name_1"),
    database.createCollection("more"),
    database.collection("fresh").insertOne({ name: "first" }),
    database.command({ createUser: "eve", pwd: "secret", roles: [] }),
  ];
  const codes = await Promise.all(refused.map(codeOf));

  expect(codes).toEqual(refused.map(() => outOfDiskSpace));
  expect(await items.find().sort({ _id: 1 }).toArray()).toEqual([
    { _id: 1, name: "one" },
    { _id: 2, name: "two" },
  ]);
  expect(await items.countDocuments({ name: { $gte: "a" } })).toBe(2);
  expect(await items.estimatedDocumentCount()).toBe(2);
});

test("once the disk has room the same writes are done, and nothing is left over", async () => {
  const disk = createDisk();
  const items = await collectionOn(disk.storage);
  await items.createIndex({ name: 1 }, { unique: true });
  disk.isFull = true;
  await codeOf(items.insertOne({ _id: 1, name: "one" }));
  await codeOf(items.db.collection("fresh").insertOne({ name: "first" }));
  await codeOf(items.db.command({ createUser: "eve", pwd: "secret", roles: [] }));
  disk.isFull = false;

  await items.insertOne({ _id: 1, name: "one" });
  await items.db.collection("fresh").insertOne({ name: "first" });
  await items.db.command({ createUser: "eve", pwd: "secret", roles: [] });

  expect(await items.estimatedDocumentCount()).toBe(1);
  expect(await items.db.collection("fresh").countDocuments()).toBe(1);
  expect((await items.db.command({ validate: items.collectionName })).valid).toBe(true);
});

// A file system of a few megabytes can be had by root on Linux. Where it cannot, the tests
// above and those of the storage still cover what is done when a write finds no room.
test.runIf(canMount())(
  "a server on a disk that is really full answers, is killed, and recovers",
  {
    timeout: 240_000,
  },
  async () => {
    const dbpath = await smallDisk("12m");
    const first = await startProcess(dbpath);
    onTestFinished(() => first.kill());
    const items = await collectionAt(first.url);
    const { written, code } = await fill(items);
    const readWhileFull = await items.countDocuments();
    await first.kill();

    const second = await startProcess(dbpath);
    onTestFinished(() => second.kill());
    const again = await collectionAt(second.url);
    const readAfterKill = await again.countDocuments();
    resize(dbpath, "48m");
    await again.insertOne({ _id: -1, name: "after" });

    expect(code).toBe(outOfDiskSpace);
    expect(written).toBeGreaterThan(20);
    expect([readWhileFull, readAfterKill]).toEqual([written, written]);
    expect((await again.db.command({ validate: "items" })).valid).toBe(true);
  },
);

/** Storage on a disk that is full when a test says so. */
function createDisk(): { storage: Storage; isFull: boolean } {
  const memory = createMemoryStorage();
  const disk = {
    isFull: false,
    storage: {
      get: (key) => memory.get(key),
      range: (from, to, options) => memory.range(from, to, options),
      write: (changes) => {
        if (disk.isFull) throw new StorageFull("No space left");
        memory.write(changes);
      },
      flush: () => memory.flush(),
      close: () => memory.close(),
    } satisfies Storage,
  };
  return disk;
}

async function collectionOn(storage: Storage): Promise<Collection<Item> & WithDatabase> {
  const server = await startServer({ port: 0, storage });
  onTestFinished(() => server.close());
  return collectionAt(`mongodb://127.0.0.1:${server.port}/`);
}

type WithDatabase = { readonly db: ReturnType<MongoClient["db"]> };

async function collectionAt(url: string): Promise<Collection<Item> & WithDatabase> {
  const client = new MongoClient(url, { retryWrites: false });
  onTestFinished(() => client.close());
  const db = client.db("full");
  return Object.assign(db.collection<Item>("items"), { db });
}

/** Inserts until it is refused; says how many went in, and why no more. */
async function fill(items: Collection<Item>): Promise<{ written: number; code: unknown }> {
  for (let written = 0; ; written++) {
    const item = { _id: written, name: `item ${written}`, filler: Buffer.alloc(100_000, 1) };
    const code = await codeOf(items.insertOne(item));
    if (code !== undefined) return { written, code };
  }
}

/** The code that a command fails with, or undefined if it succeeds. */
async function codeOf(command: Promise<unknown>): Promise<unknown> {
  try {
    await command;
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  // Root in a container may still not mount.
  try {
    execFileSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", tmpdir()], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

async function smallDisk(size: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "mongod-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory]);
  onTestFinished(async () => {
    execFileSync("umount", ["--lazy", directory]);
    await rm(directory, { recursive: true });
  });
  return directory;
}

function resize(directory: string, size: string): void {
  execFileSync("mount", ["-o", `remount,size=${size}`, directory]);
}
