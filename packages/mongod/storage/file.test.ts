import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { type Change, StorageFull, type StorageRefused } from "../storage.ts";
import { type FileStorage, type FileStorageOptions, openFileStorage } from "./file.ts";

test("a directory that is open is refused to a second server, in this process", async () => {
  const dbpath = await emptyDirectory();
  open({ dbpath });

  const refused = refusalOf(dbpath);

  expect(refused).toMatchObject({ codeName: "DBPathInUse", exitCode: 100 });
  expect(refused.message).toBe(
    `Unable to lock the lock file: ${dbpath}/mongod.lock (Resource temporarily unavailable). ` +
      `Another mongod instance is already running on the ${dbpath} directory`,
  );
});

test("a directory that is open is refused to another process, and stays intact", async () => {
  const dbpath = await emptyDirectory();
  const storage = open({ dbpath });
  storage.write([put("a", "1")]);

  const other = inAnotherProcess(`openFileStorage({ dbpath: ${JSON.stringify(dbpath)} })`);

  expect(other.stderr).toContain("DBPathInUse");
  storage.write([put("b", "2")]);
  expect(storage.get(key("a"))).toEqual(key("1"));
});

test("a closed directory may be opened again, and holds what was written", async () => {
  const dbpath = await emptyDirectory();
  const first = open({ dbpath });
  first.write([put("a", "1")]);
  await first.close();

  const second = open({ dbpath });

  expect(second.get(key("a"))).toEqual(key("1"));
  expect(second.wasLeftOpen).toBe(false);
});

test("what a process wrote is there after it was killed, without a flush", async () => {
  const dbpath = await emptyDirectory();
  const killed = inAnotherProcess(`
    const storage = openFileStorage({ dbpath: ${JSON.stringify(dbpath)} });
    for (let count = 0; count < 5000; count++) {
      const value = Buffer.from(String(count));
      storage.write([{ key: Buffer.from("a"), value }, { key: value, value: Buffer.alloc(500) }]);
    }
    process.kill(process.pid, "SIGKILL");
  `);

  const storage = open({ dbpath });

  expect(killed.signal).toBe("SIGKILL");
  expect(storage.wasLeftOpen).toBe(true);
  expect(storage.get(key("a"))).toEqual(key("4999"));
  expect([...storage.range(key("0"), key(":"))]).toHaveLength(5_000);
});

test("mongod.lock holds the process id while the directory is open", async () => {
  const dbpath = await emptyDirectory();
  const storage = open({ dbpath });
  const whileOpen = await readFile(join(dbpath, "mongod.lock"), "utf8");
  await storage.close();

  expect(whileOpen).toBe(`${process.pid}\n`);
  expect(await readFile(join(dbpath, "mongod.lock"), "utf8")).toBe("");
});

test("a directory that does not exist is refused with advice", async () => {
  const refused = refusalOf("/nonexistent/db");

  expect(refused).toMatchObject({ codeName: "NonExistentPath", exitCode: 100 });
  expect(refused.message).toContain("Data directory /nonexistent/db not found. Create the missing");
});

test("a directory of MongoDB's own is refused and not touched", async () => {
  const dbpath = await emptyDirectory();
  await writeFile(join(dbpath, "WiredTiger"), "WiredTiger 11.2.0");

  const refused = refusalOf(dbpath);

  expect(refused).toMatchObject({ codeName: "UnsupportedFormat", exitCode: 62 });
  expect(refused.message).toContain("give this one an empty directory with --dbpath");
});

test("a directory written by a later version is refused with both versions named", async () => {
  const dbpath = await emptyDirectory();
  await open({ dbpath }).close();
  alter(dbpath, "PRAGMA user_version = 7");

  const refused = refusalOf(dbpath);

  expect(refused).toMatchObject({ codeName: "UnsupportedFormat", exitCode: 62 });
  expect(refused.message).toContain("has format 7, and this version reads format 1. Start the");
});

test("another application's database is refused", async () => {
  const dbpath = await emptyDirectory();
  alter(dbpath, "CREATE TABLE bookmark (url TEXT)");

  expect(refusalOf(dbpath)).toMatchObject({ codeName: "UnsupportedFormat" });
});

test("a file that is no database is refused", async () => {
  const dbpath = await emptyDirectory();
  await writeFile(join(dbpath, "data.sqlite"), "not a database, but long enough. ".repeat(100));

  expect(refusalOf(dbpath)).toMatchObject({ codeName: "UnsupportedFormat" });
});

test("a full storage refuses a batch whole, still reads and removes, then takes more", async () => {
  const storage = open({ dbpath: await emptyDirectory(), sizeMaxMb: 1 });
  const big = { value: Buffer.alloc(100_000, 1) };
  const fill = () => {
    for (let count = 0; count < 100; count++) storage.write([{ key: key(`big${count}`), ...big }]);
  };
  expect(fill).toThrow(StorageFull);
  const filled = [...storage.range(key("big"), key("bih"))].map(([key]) => key);

  expect(() => storage.write([put("small", "1"), { key: key("bigger"), ...big }])).toThrow(
    StorageFull,
  );
  expect(storage.get(key("small"))).toBeUndefined();
  expect(filled.length).toBeGreaterThan(5);

  storage.write(filled.map((key) => ({ key, value: undefined })));
  storage.write([{ key: key("bigger"), ...big }]);
  expect(storage.get(key("bigger"))).toHaveLength(100_000);
});

test("large values do not pile up in memory while a range is read", async () => {
  const storage = open({ dbpath: await emptyDirectory() });
  const mebibyte = Buffer.alloc(1_048_576, 7);
  for (let count = 0; count < 64; count++)
    storage.write([{ key: key(`${count}`), value: mebibyte }]);

  const bytesBefore = process.memoryUsage().arrayBuffers;
  const [first] = storage.range(key("0"), key(":"));

  expect(first?.[1]).toHaveLength(1_048_576);
  expect(process.memoryUsage().arrayBuffers - bytesBefore).toBeLessThan(4 * 1_048_576);
});

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "mongod-storage-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

function open(options: FileStorageOptions): FileStorage {
  const storage = openFileStorage(options);
  onTestFinished(() => storage.close());
  return storage;
}

function refusalOf(dbpath: string): StorageRefused {
  return expectToThrow(() => openFileStorage({ dbpath })) as StorageRefused;
}

function expectToThrow(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}

function inAnotherProcess(script: string) {
  const module = JSON.stringify(join(import.meta.dirname, "file.ts"));
  const source = `import { openFileStorage } from ${module};\n${script}`;
  const options = ["--input-type=module", "--eval", source];
  return spawnSync(process.execPath, options, { encoding: "utf8", timeout: 20_000 });
}

function alter(dbpath: string, sql: string): void {
  const database = new DatabaseSync(join(dbpath, "data.sqlite"));
  database.exec(sql);
  database.close();
}

function put(at: string, value: string): Change {
  return { key: key(at), value: key(value) };
}

function key(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
