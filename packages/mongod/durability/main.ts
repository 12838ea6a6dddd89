import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAgainAndAgain } from "./kills.ts";

// node packages/mongod/durability/main.ts --kills 300 [--seed 1]
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "300" },
    seed: { type: "string", default: `${Date.now()}` },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const dbpath = await mkdtemp(join(tmpdir(), "mongod-kills-"));
console.log(`seed ${seed}, data directory ${dbpath}`);
const report = await killAgainAndAgain(dbpath, {
  kills,
  seed,
  onKill: (report) => {
    if (report.kills % 10 === 9) console.log(report);
  },
});
console.log(report);
// What a broken promise left is kept for whoever looks into it.
if (report.wrongs.length > 0) process.exitCode = 1;
else await rm(dbpath, { recursive: true });
