import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** Runs a program text in the workspace's Node by way of `run.mjs`, which ends with its exit code. */
function handOver(text: string): ChildProcess {
  const program = `
    const { run } = await import("${join(import.meta.dirname, "run.mjs")}");
    process.exitCode = await run("node", ["-e", ${JSON.stringify(text)}], { tether: true });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  return child;
}

test("the exit code is passed through", async () => {
  expect(await once(handOver("process.exit(7)"), "exit")).toEqual([7, null]);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s is passed through", async (signal) => {
  const text = `process.on("${signal}", () => process.exit(9)); console.log("on"); setInterval(() => {}, 1e3)`;
  const child = handOver(text);
  await once(child.stdout ?? child, "data");

  child.kill(signal);

  expect(await once(child, "exit")).toEqual([9, null]);
});

test("what was started hears that its starter was killed", async () => {
  const child = handOver(
    `process.on("disconnect", () => { console.log("alone"); process.exit() }); console.log("on")`,
  );
  const output = child.stdout ?? child;
  await once(output, "data");

  child.kill("SIGKILL");

  expect(String(await once(output, "data"))).toContain("alone");
});
