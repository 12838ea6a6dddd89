import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startApp } from "@faultline/service/testing";
import { expect, onTestFinished, test } from "vitest";

const noWrk = spawnSync("wrk", ["-v"]).error !== undefined;
if (noWrk) console.warn("wrk is not on PATH, so its test is left out: apt-get install wrk");

test.skipIf(noWrk)("wrk with a mix in the original's style gets nothing but 200", async () => {
  const app = await startApp("social");
  onTestFinished(() => app.close());
  const script = join(import.meta.dirname, "../fixtures/social.lua");
  const options = ["-t", "2", "-c", "4", "-d", "2s", "--timeout", "20s"];
  const wrk = spawn("wrk", [...options, "-s", script, app.url]);
  const [output] = await Promise.all([text(wrk.stdout), once(wrk, "close")]);

  expect(output).toMatch(/ok [1-9]\d* other 0 sockets 0 composed [1-9]\d*\n/);
});
