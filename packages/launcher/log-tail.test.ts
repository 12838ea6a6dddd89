import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Child } from "./child.ts";
import { lastLines } from "./log-tail.ts";
import { fixture, temporaryFolder } from "./test-launch.ts";
import { createTether } from "./tether.ts";

test("the last lines are those of the last process, without the frames of a stack", async () => {
  const logPath = join(temporaryFolder(), "geo.log");
  const child = new Child(await fixture("geo"), {
    logPath,
    tether: createTether({ isRoot: false }),
  });
  const before = "an earlier process\n";
  child.logStart = before.length;
  const stack =
    "Error: no database\n    at connect (geo.ts:3:1)\n    at main.ts:7:1 {\n  code: 'E'\n}\n\nNode.js v26.10.0\n";
  writeFileSync(logPath, `${before}reading\n${stack}`);

  expect(lastLines(child, 5)).toEqual(["reading", "Error: no database", "  code: 'E'"]);
  expect(lastLines(child, 1)).toEqual(["  code: 'E'"]);
});
