import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";

test("each worker has its own port for measures and its own variables, and all end with the first process", async () => {
  const program = spawn(process.execPath, [join(import.meta.dirname, "fixtures/workers.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void program.kill("SIGKILL"));

  const said: string[] = [];
  for await (const line of createInterface(program.stdout)) {
    said.push(line);
    if (said.length === 2) program.kill("SIGTERM");
  }
  const [code] = program.exitCode === null ? await once(program, "exit") : [program.exitCode];

  expect(said.sort()).toEqual(["port 9000 of 2, number 7", "port 9001 of 2, number 8"]);
  expect(code).toBe(0);
});
