import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { type ServerProcess, startServer } from "../durability/server-process.ts";

// MongoDB's shell is not a dependency: it would bring 462 packages. These tests run where one is
// on the PATH (`npm install --global mongosh`), and say that they were left out where none is.
const isMissing = spawnSync("mongosh", ["--version"]).error !== undefined;
const testWithShell = test.skipIf(isMissing);
const timeout = 180_000;

const run = promisify(execFile);
const scriptsOf = join(import.meta.dirname, "../../../docker/hotel/mongodb-geo");

testWithShell(
  "with mongosh on the PATH: the scripts of the image do what they say",
  async () => {
    const home = await temporaryFolder();
    const dbpath = await temporaryFolder();
    const setUp = await startServer(dbpath);
    await runScript(setUp, home, "init/create-users.sh");
    await setUp.stop();
    const server = await startServer(dbpath, "--auth");
    onTestFinished(() => server.kill());
    const geo = clientOf(server, "admin:admin").db("geo-db").collection("geo");
    await geo.insertOne({ hotelId: "1" });

    await runScript(server, home, "scripts/revoke-admin-geo-mongo.sh");
    await expect(geo.findOne()).rejects.toMatchObject({ code: 13, codeName: "Unauthorized" });
    await runScript(server, home, "scripts/revoke-mitigate-admin-geo-mongo.sh");
    expect(await geo.findOne()).toMatchObject({ hotelId: "1" });

    await runScript(server, home, "scripts/remove-admin-mongo.sh");
    await expect(geo.findOne()).rejects.toMatchObject({ code: 13 });
    await expect(clientOf(server, "admin:admin").connect()).rejects.toMatchObject({ code: 18 });
    await runScript(server, home, "scripts/remove-mitigate-admin-geo-mongo.sh");
    const again = clientOf(server, "admin:admin").db("geo-db").collection("geo");
    expect(await again.findOne()).toMatchObject({ hotelId: "1" });
  },
  timeout,
);

testWithShell(
  "with mongosh on the PATH: its helpers work, and errors are MongoDB's",
  async () => {
    const home = await temporaryFolder();
    const server = await startServer(await temporaryFolder());
    onTestFinished(() => server.kill());
    const script = `
    db.items.insertMany([{ _id: 1, n: NumberLong("9007199254740993") }, { _id: 2, n: 1.5 }]);
    db.items.createIndex({ n: 1 }, { unique: true });
    const refused = [];
    try { db.items.insertOne({ _id: 1 }) } catch (error) { refused.push(error.code) }
    try { db.runCommand({ fnord: 1 }) } catch (error) { refused.push(error.code) }
    print(EJSON.stringify({
      refused,
      version: db.version(),
      names: db.getMongo().getDBNames(),
      collections: db.getCollectionNames(),
      indexes: db.items.getIndexes().map(({ name }) => name),
      stage: db.items.find({ _id: 1 }).explain().queryPlanner.winningPlan.stage,
      count: db.items.countDocuments(),
      sum: db.items.aggregate([{ $group: { _id: null, total: { $sum: 1 } } }]).toArray(),
      modified: db.items.updateMany({}, { $set: { seen: true } }).modifiedCount,
      exact: db.items.find({}, { n: 1 }).sort({ _id: 1 }).limit(1).toArray()[0].n.toString(),
      users: db.getUsers().users,
      uptime: typeof db.serverStatus().uptime,
      stats: db.items.stats().count,
    }));`;

    const told = JSON.parse(await shell(server, home, ["shop", "--quiet", "--eval", script]));

    expect(told).toMatchObject({
      refused: [11000, 59],
      version: "7.0.14",
      names: expect.arrayContaining(["shop"]),
      collections: ["items"],
      indexes: ["_id_", "n_1"],
      count: 2,
      sum: [{ _id: null, total: 2 }],
      modified: 2,
      exact: "9007199254740993",
      users: [],
      uptime: "number",
      stats: 2,
    });
    expect(["IDHACK", "FETCH", "EXPRESS_IXSCAN"]).toContain(told.stage);
  },
  timeout,
);

/** The scripts know one port only, so the shell that they find is told the other. */
async function runScript(server: ServerProcess, home: string, file: string): Promise<void> {
  const wrapper = join(home, "mongosh");
  const { stdout } = await run("bash", ["-c", "command -v mongosh"]);
  const { port } = new URL(server.url);
  await writeFile(wrapper, `#!/bin/bash\nexec "${stdout.trim()}" --port ${port} "$@"\n`);
  await chmod(wrapper, 0o755);
  const found = 'export HOME="$0" PATH="$0:$PATH"; bash "$1"';
  await run("bash", ["-c", found, home, join(scriptsOf, file)]);
}

async function shell(
  server: ServerProcess,
  home: string,
  args: readonly string[],
): Promise<string> {
  const { port } = new URL(server.url);
  const found = 'export HOME="$0"; mongosh --port "$@"';
  const { stdout } = await run("bash", ["-c", found, home, port, ...args]);
  return stdout;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mongod-shell-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function clientOf(server: ServerProcess, login: string): MongoClient {
  const client = new MongoClient(server.url.replace("//", `//${login}@`), {
    authSource: "admin",
    serverSelectionTimeoutMS: 20_000,
  });
  onTestFinished(() => client.close());
  return client;
}
