import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { launched, startProgram } from "./launched-testing.ts";

// In full, for as long as one likes: npm run load -- social --check 5000
test("no acknowledged post is lost, doubled or misplaced while services and stores are killed at random", async () => {
  const { url, dataDirectory, close } = await launched();
  onTestFinished(close);

  const args = ["social", "--url", url, "--check", "150", "--data-dir", dataDirectory];
  const check = startProgram(["loadgen/cli.ts", ...args]);
  check.stderr?.pipe(process.stderr);
  if (!check.stdout) throw new Error("the check has no output");
  const [output, [code]] = await Promise.all([text(check.stdout), once(check, "exit")]);

  expect(output).toMatch(/lost: 0\ndoubled: 0\nmisplaced: 0\nout of order: 0\ndisagreeing: 0\n/);
  expect(output).toMatch(/[1-9]\d* processes were killed/);
  expect(code).toBe(0);
}, 300_000);
