#!/usr/bin/env node
// The verbs of the root package.json. This folder runs on whatever Node is there (20 or later), before
// anything is installed: plain JavaScript, no dependencies. The work itself is handed to the Node that the
// workspace brings along.
import { check } from "./check.mjs";
import { installPackages } from "./install.mjs";
import { ensurePrograms } from "./programs.mjs";
import { inWorkspace, run } from "./run.mjs";

const verbs = {
  bench,
  demo,
  check,
  fault,
  gen,
  load,
  render,
  server,
  start,
  test,
  "test:compose": testCompose,
};

async function demo() {
  if (!(await ensurePrograms(["memcached"]))) return 1;
  return run("node", ["packages/launcher/demo.ts"]);
}

async function start(args) {
  const helpOnly = args.includes("--help") || args.includes("-h");
  if (!helpOnly && !(await ensurePrograms(storesOf(args)))) return 1;
  // It waits most of the time: a large heap would only hold its start's garbage.
  const flags = ["--max-semi-space-size=2", "--v8-pool-size=1"];
  return run("node", [...flags, "packages/launcher/cli.ts", ...args], { tether: true });
}

/** The stores of the applications that are asked for: only Social Network has a Redis. */
function storesOf(args) {
  const withRedis = args.includes("social") || args.includes("all");
  return withRedis ? ["memcached", "redis"] : ["memcached"];
}

async function test(args) {
  const everything = !args.some((argument) => !argument.startsWith("-"));
  // What is still missing afterwards has been said; the tests that need it say so again.
  await ensurePrograms(everything ? ["memcached", "redis", "chromium"] : ["memcached", "redis"]);
  return run("vitest", ["run", ...args]);
}

async function gen() {
  for (const script of ["proto/gen.ts", "thrift/gen.ts", "faults/generate.ts"]) {
    const code = await run("node", [script]);
    if (code !== 0) return code;
  }
  return 0;
}

async function fault(args) {
  return run("node", ["packages/launcher/fault-cli.ts", ...args]);
}

async function bench(args) {
  const helpOnly = args.includes("--help") || args.includes("-h");
  if (!helpOnly && !(await ensurePrograms(storesOf(args)))) return 1;
  return run("node", ["bench/main.ts", ...args]);
}

async function load(args) {
  return run("node", ["loadgen/cli.ts", ...args]);
}

async function server(args) {
  return run("node", ["packages/launcher/servers-cli.ts", ...args]);
}

async function render() {
  return run("node", ["docker/render.ts"]);
}

async function testCompose(args) {
  return run("node", ["docker/test-stack.ts", ...args]);
}

const [verb = "", ...args] = process.argv.slice(2);
if (!Object.hasOwn(verbs, verb)) {
  console.error(`usage: node bin/faultline.mjs ${Object.keys(verbs).join("|")} [arguments]`);
  process.exit(2);
}
if (Number.parseInt(process.versions.node, 10) < 20) {
  console.error(
    `Node ${process.versions.node} is too old to begin with; install Node 20 or later.`,
  );
  process.exit(1);
}
process.chdir(inWorkspace("."));
process.exitCode = (await installPackages()) ? await verbs[verb](args) : 1;
