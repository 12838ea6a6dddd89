import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Loads, while the image is built, whatever its containers will run, so that the compile cache (NODE_COMPILE_CACHE)
// has it. Importing a service starts nothing.
const root = join(import.meta.dirname, "..");
const parts = [
  "services/*/*/main.ts",
  // The server loads a command's code when it is first sent.
  "packages/mongod/{access/login,run-server}.ts",
  "packages/mongod/{aggregate,commands,storage}/*.ts",
];
for (const file of globSync(parts, { cwd: root })) await import(join(root, file));

// Programs that do something when they are loaded, if only to say that there is nothing to do.
const runMs = 4_000;
const dbpath = mkdtempSync(join(tmpdir(), "warm-"));
for (const [file = "", ...args] of [
  ["docker/healthcheck.ts", "grpc", "1"],
  ["docker/healthcheck.ts", "http", "1"],
  ["docker/healthcheck.ts", "thrift", "1"],
  ["docker/mongosh.ts", "--version"],
  ["packages/mongod/bin/mongod.mjs", "--port", "0", "--dbpath", dbpath],
]) {
  spawnSync(process.execPath, [join(root, file), ...args], { timeout: runMs });
}
rmSync(dbpath, { recursive: true });
