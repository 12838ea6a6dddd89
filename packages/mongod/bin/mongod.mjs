#!/usr/bin/env node
// Plain JavaScript, so that with a warm cache nothing has to be loaded that strips types.
import { existsSync, writeFileSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

const { directory } = enableCompileCache();
const compiledMark = directory && join(directory, "faultline-mongod");
const isFirstStart = compiledMark && !existsSync(compiledMark);
// What strips types is WebAssembly: not worth optimising for the one start that needs it.
if (isFirstStart) setFlagsFromString("--wasm-tiering-budget=1000000000");

const { runServer } = await import("../run-server.ts");
await runServer(process.argv.slice(2));

if (isFirstStart) {
  // Even if the server is killed, the next one starts with what this one has compiled.
  flushCompileCache();
  try {
    writeFileSync(compiledMark, "");
  } catch {
    // Where the cache may only be read, as in a container, what is in it is what the next start finds.
  }
}
