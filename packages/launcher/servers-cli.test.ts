import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const program = join(import.meta.dirname, "servers-cli.ts");

/** What is said where no application runs: where one was looked for. */
async function said(...args: readonly string[]): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "servers-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  const run = promisify(execFile)(process.execPath, [program, ...args], { cwd });
  const { stderr } = await run.catch((error: { stderr: string }) => error);
  return stderr.trim();
}

test("the application is the one that is named, or Hotel Reservation, or whatever runs in a directory", async () => {
  expect(await said("--app", "social", "restart", "user-service")).toMatch(/\.faultline\/social/);
  expect(await said("status")).toMatch(/\.faultline\/hotel/);
  expect(await said("--app", "social", "--data-dir", "elsewhere", "status")).toMatch(/ elsewhere/);
  expect(await said("--app", "shop", "status")).toMatch(/hotel, social, all/);
}, 60_000);
