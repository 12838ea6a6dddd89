import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Child } from "../child.ts";
import { childOf, fixture, startAll, temporaryFolder } from "../test-launch.ts";
import { createTether } from "../tether.ts";
import { rotateIfLong } from "./rotate-logs.ts";

test("each start begins a new log and keeps the one before", async () => {
  const path = temporaryFolder();
  const plan = await fixture("geo");
  const first = await startAll([plan], path);
  await first.launch.stop();

  const second = await startAll(
    [{ ...plan, command: { ...plan.command, env: { ...plan.command.env, MOOD: "new" } } }],
    path,
  );

  const { logPath } = childOf(second.launch, "geo");
  expect(readFileSync(logPath, "utf8")).toBe("mood new\n");
  expect(readFileSync(`${logPath}.1`, "utf8")).toContain("mood good\n");
});

test("a log that grew too long is put aside while its server goes on writing to an empty one", async () => {
  const { launch } = await startAll([await fixture("geo")]);
  const geo = childOf(launch, "geo");

  rotateIfLong(geo, 5);
  await launch.stop();

  expect(readFileSync(`${geo.logPath}.1`, "utf8")).toBe("mood good\n");
  expect(readFileSync(geo.logPath, "utf8")).toBe("told to stop\n");
});

test("a log within its limit is left alone", async () => {
  const logPath = join(temporaryFolder(), "geo.log");
  writeFileSync(logPath, "short");
  const child = new Child(await fixture("geo"), {
    logPath,
    tether: createTether({ isRoot: false }),
  });

  rotateIfLong(child, 5);

  expect(existsSync(`${logPath}.1`)).toBe(false);
});
