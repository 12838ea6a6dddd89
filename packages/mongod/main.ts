#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Without it every start would strip the types and compile the code anew.
enableCompileCache();
const { runServer } = await import("./run-server.ts");
await runServer(process.argv.slice(2));
