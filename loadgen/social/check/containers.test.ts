import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Containers } from "./containers.ts";

/** An engine with one container, whose program answers so when it is to be killed. Answers what was asked of it. */
function engine({ isRunning, kill }: { isRunning: readonly boolean[]; kill: string }) {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const log = join(folder, "asked");
  writeFileSync(log, "");
  for (const [look, running] of isRunning.entries()) {
    const labels = { "com.docker.compose.service": "text-service" };
    const container = {
      ...{ Id: "1", State: { Running: running }, Config: { Labels: labels } },
      NetworkSettings: { Networks: {} },
    };
    writeFileSync(join(folder, `look-${look + 1}`), JSON.stringify([container]));
  }
  const program = [
    "#!/bin/sh",
    `echo "$1" >> ${log}`,
    "case $1 in",
    "  ps) echo 1 ;;",
    `  inspect) cat ${folder}/look-$(grep -c inspect ${log}) ;;`,
    `  kill) ${kill} ;;`,
    "esac",
  ];
  writeFileSync(join(folder, "docker"), program.join("\n"));
  chmodSync(join(folder, "docker"), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  onTestFinished(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
  return () => readFileSync(log, "utf8").trim().split("\n");
}

test("a container that runs is killed and started again", async () => {
  const asked = engine({ isRunning: [true], kill: "true" });

  expect(await new Containers("shop").kill("text-service")).toBe(true);
  expect(asked()).toEqual(["ps", "inspect", "kill", "start"]);
});

test("one that does not run is left alone, also if it ended a moment ago", async () => {
  const asked = engine({ isRunning: [false, true, false], kill: "exit 1" });

  expect(await new Containers("shop").kill("text-service")).toBe(false);
  expect(await new Containers("shop").kill("text-service")).toBe(false);
  expect(asked()).toEqual(["ps", "inspect", "ps", "inspect", "kill", "ps", "inspect"]);
});

test("an engine that does not kill ends the check", async () => {
  engine({ isRunning: [true, true], kill: "echo not allowed >&2; exit 1" });

  await expect(new Containers("shop").kill("text-service")).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("docker kill fails"),
  });
});
