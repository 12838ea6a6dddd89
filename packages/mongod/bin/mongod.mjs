#!/usr/bin/env node
// Plain JavaScript, so that with a warm cache nothing has to be loaded that strips types.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runServer } = await import("../run-server.ts");
await runServer(process.argv.slice(2));
