import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("./bin/mongod.mjs", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

function run(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Waits for the line that tools wait for, `"id":23016`. */
async function started(...args: string[]): Promise<Started> {
  const child = run("--port", "0", ...args);
  if (!child.stdout) throw new Error("the server's output is read");
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, attr } = JSON.parse(line);
    if (id !== 23016) continue;
    child.stdout.resume();
    return { child, url: `mongodb://127.0.0.1:${attr.port}` };
  }
  throw new Error("the server ended before it listened");
}

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "mongod-run-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function exitCode(child: ChildProcess): Promise<number> {
  child.stdout?.resume();
  const [code] = await once(child, "exit");
  return code;
}

test("what was written is there after SIGTERM and a new start", async () => {
  const dbpath = await directory();
  const first = await started("--dbpath", dbpath);
  const client = await new MongoClient(first.url).connect();
  await client.db("t").collection("c").insertOne({ a: 1 });
  await client.db("t").collection("c").createIndex({ a: 1 }, { unique: true });
  await client.close();
  first.child.kill("SIGTERM");
  expect(await exitCode(first.child)).toBe(0);
  const second = await started("--dbpath", dbpath);
  const again = await new MongoClient(second.url).connect();
  onTestFinished(() => again.close());
  const collection = again.db("t").collection("c");
  expect(await collection.countDocuments({ a: 1 })).toBe(1);
  await expect(collection.insertOne({ a: 1 })).rejects.toMatchObject({ code: 11000 });
});

test("a second server on one data directory exits with 100", async () => {
  const dbpath = await directory();
  await started("--dbpath", dbpath);
  expect(await exitCode(run("--port", "0", "--dbpath", dbpath))).toBe(100);
});

test("a data directory that does not exist exits with 100", async () => {
  const dbpath = join(await directory(), "nowhere");
  expect(await exitCode(run("--port", "0", "--dbpath", dbpath))).toBe(100);
});

test("a port in use exits with 48", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address ? String(address.port) : "";
  expect(await exitCode(run("--port", port, "--storageEngine", "inMemory"))).toBe(48);
});

test("a flag that is not known exits with 2", async () => {
  expect(await exitCode(run("--nonsense"))).toBe(2);
});

test("the command shutdown ends the server with 0", async () => {
  const { child, url } = await started("--storageEngine", "inMemory");
  const client = await new MongoClient(url).connect();
  onTestFinished(() => client.close());
  const exited = exitCode(child);
  await client
    .db("admin")
    .command({ shutdown: 1 })
    .catch(() => undefined);
  expect(await exited).toBe(0);
});
