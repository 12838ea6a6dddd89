import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";

// With its metrics ten thousand above, below where the system takes ports for outgoing connections.
const portBase = 19_000;
const root = join(import.meta.dirname, "../..");
const launcher = join(root, "packages/launcher/cli.ts");
const load = join(root, "loadgen/cli.ts");

/** The application as `npm start` runs it, each service and store a process. It ends with the test. */
async function startStack(): Promise<{ url: string; dataDirectory: string }> {
  const folder = mkdtempSync(join(tmpdir(), "crash-"));
  const dataDirectory = join(folder, "data");
  const where = ["--data-dir", dataDirectory, "--port-base", `${portBase}`];
  const child = start(launcher, "social", ...where);
  onTestFinished(async () => {
    const ended = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const output = await untilStarted(child);
  const url = /nginx-thrift\s+(http:\S+)/.exec(output)?.[1] ?? "";
  return { url, dataDirectory };
}

function untilStarted(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
      if (output.includes("Ctrl-C stops")) resolve(output);
    });
    child.once("exit", () => reject(new Error(`the application did not start:\n${output}`)));
  });
}

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
}

// In full, for as long as one likes: npm run load -- social --check 5000
test("no acknowledged post is lost, doubled or misplaced while services and stores are killed at random", async () => {
  const { url, dataDirectory } = await startStack();

  const check = start(load, "social", "--url", url, "--check", "150", "--data-dir", dataDirectory);
  if (!check.stdout) throw new Error("the check has no output");
  const [output, [code]] = await Promise.all([text(check.stdout), once(check, "exit")]);

  expect(output).toMatch(/lost: 0\ndoubled: 0\nmisplaced: 0\nout of order: 0\ndisagreeing: 0\n/);
  expect(output).toMatch(/[1-9]\d* processes were killed/);
  expect(code).toBe(0);
}, 300_000);
