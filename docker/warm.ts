import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

// Loads, while the image is built, whatever its containers will run, so that the compile cache (NODE_COMPILE_CACHE)
// has it. Importing a service starts nothing.
const root = join(import.meta.dirname, "..");
const programs = [
  ...globSync("services/*/*/main.ts", { cwd: root }),
  "packages/mongod/run-server.ts",
  "packages/mongod/storage/file.ts",
];
for (const file of programs) await import(join(root, file));

// These do something when they are loaded, if only to say that there is nothing to do.
for (const [file = "", ...args] of [
  ["healthcheck.ts", "grpc", "1"],
  ["healthcheck.ts", "http", "1"],
  ["mongosh.ts", "--version"],
]) {
  spawnSync(process.execPath, [join(import.meta.dirname, file), ...args]);
}
