import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "./server-process.ts";

test("a second server on the same data directory exits with 100 and says why", async () => {
  const dbpath = await mkdtemp(join(tmpdir(), "mongod-second-"));
  onTestFinished(() => rm(dbpath, { recursive: true }));
  const first = await startServer(dbpath);

  const second = await startServer(dbpath).catch((error: unknown) => error);

  expect(second).toMatchObject({ exitCode: 100 });
  expect(String(second)).toContain('"id":20557');
  expect(String(second)).toContain("DBPathInUse: Unable to lock the lock file");
  expect(await first.stop()).toBe(0);
});
