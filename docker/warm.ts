import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

// Loads, while the image is built, whatever its containers will run, so that the compile cache (NODE_COMPILE_CACHE)
// has it. Importing a service starts nothing.
const root = join(import.meta.dirname, "..");
const programs = [
  ...globSync("services/*/*/main.ts", { cwd: root }),
  // The server loads much of its code when it is first asked for.
  ...globSync("packages/mongod/**/*.ts", { cwd: root, exclude: ["**/node_modules"] }),
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
