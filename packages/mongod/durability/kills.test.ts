import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { killAgainAndAgain } from "./kills.ts";

// About 45 s on a quiet machine. A longer run: node packages/mongod/durability/main.ts --kills 300
const kills = 100;

test("no acknowledged write is lost when the server is killed under load", {
  timeout: 900_000,
}, async () => {
  const dbpath = await mkdtemp(join(tmpdir(), "mongod-kills-"));
  onTestFinished(() => rm(dbpath, { recursive: true }));

  const report = await killAgainAndAgain(dbpath, { kills, seed: Date.now() });

  expect(report.wrongs).toEqual([]);
  expect(report.kills).toBe(kills);
  expect(report.acknowledged).toBeGreaterThan(kills);
});
