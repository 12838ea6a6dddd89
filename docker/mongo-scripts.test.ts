import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Server, startServer } from "@faultline/mongod/server";
import { createMemoryStorage } from "@faultline/mongod/storage/memory";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { mongoScripts } from "./mongo-scripts.ts";

const mongosh = join(import.meta.dirname, "mongosh.ts");
const { init, scripts } = mongoScripts("geo", "geo-db");

interface Ended {
  readonly code: number | null;
  readonly printed: string;
}

/** Runs a script as the container does, with our shell as `mongosh`, which here finds the server on its port. */
async function run(text: string | undefined, port: number): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "mongo-scripts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const shim = `#!/bin/sh\nexec "${process.execPath}" "${mongosh}" --port ${port} "$@"\n`;
  writeFileSync(join(folder, "mongosh"), shim);
  writeFileSync(join(folder, "script.sh"), text ?? "exit 99");
  chmodSync(join(folder, "mongosh"), 0o755);
  const child = spawn("bash", [join(folder, "script.sh")], {
    env: { PATH: `${folder}:/usr/bin:/bin` },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      printed += part;
    });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, printed })));
}

/** A database server whose users were created as on a container's first start, now with access control. */
async function newDatabase(): Promise<Server> {
  const storage = createMemoryStorage();
  const open = await startServer({ port: 0, storage });
  onTestFinished(() => open.close());
  expect(await run(init.get("create-users.sh"), open.port)).toMatchObject({ code: 0 });
  const guarded = await startServer({ port: 0, storage, auth: true });
  onTestFinished(() => guarded.close());
  return guarded;
}

/** The error code of counting in geo-db as that user, or 0 if it may. */
async function countAs(user: string, { port }: Server): Promise<unknown> {
  const client = new MongoClient(`mongodb://${user}:${user}@127.0.0.1:${port}`);
  try {
    await client.db("geo-db").command({ count: "geo" });
    return 0;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  } finally {
    await client.close();
  }
}

test("a new database has admin and root, who may read and write the service's database", async () => {
  const server = await newDatabase();

  expect([await countAs("admin", server), await countAs("root", server)]).toEqual([0, 0]);
});

test("revoking takes the role from admin, who still logs in; the mitigation gives it back", async () => {
  const server = await newDatabase();

  await run(scripts.get("revoke-admin-geo-mongo.sh"), server.port);
  expect(await countAs("admin", server)).toBe(13);

  await run(scripts.get("revoke-mitigate-admin-geo-mongo.sh"), server.port);
  expect(await countAs("admin", server)).toBe(0);
});

test("removing drops admin, who cannot log in any more; the mitigation creates it again", async () => {
  const server = await newDatabase();

  await run(scripts.get("remove-admin-mongo.sh"), server.port);
  expect(await countAs("admin", server)).toBe(18);

  await run(scripts.get("remove-mitigate-admin-geo-mongo.sh"), server.port);
  expect(await countAs("admin", server)).toBe(0);
});

test("a script that the server refuses says why and fails", async () => {
  const server = await newDatabase();
  await run(scripts.get("remove-admin-mongo.sh"), server.port);

  const again = await run(scripts.get("remove-admin-mongo.sh"), server.port);

  expect(again.code).toBe(1);
  expect(again.printed).toMatch(/MongoServerError: .*admin@admin/);
});
