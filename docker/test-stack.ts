import { createServer } from "node:net";
import { join } from "node:path";
import { openFrontDoor } from "./test-stack/front-door.ts";
import { runCommand } from "./test-stack/run-command.ts";
import { openStack, type Stack } from "./test-stack/stack.ts";
import { steps, type World } from "./test-stack/steps.ts";

// `npm run test:compose`: builds the image, runs the whole stack under Docker Compose, breaks it, mends it, restarts
// it, and leaves nothing behind. Images are chosen by the variables of compose.yaml, as ever.
const root = join(import.meta.dirname, "..");
const project = "faultline-test";
const everythingMs = 3_600_000;
const loadSeconds = 20;
const ratePerSecond = 5;

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
}
process.exitCode = await main();

async function main(): Promise<number> {
  const port = await freePort();
  const env = { START_DEADLINE_MS: "60000", ...process.env, FRONTEND_PORT: `${port}` };
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(everythingMs)]);
  const stack = await openStack(project, { cwd: root, env, signal });
  const url = `http://127.0.0.1:${port}`;
  const load = async () => {
    const traffic = [
      "--rate",
      `${ratePerSecond}`,
      "--duration",
      `${loadSeconds}s`,
      "--deadline",
      "30s",
    ];
    const words = [process.execPath, "loadgen/cli.ts", "hotel", "--url", url, ...traffic];
    await runCommand(words, { cwd: root, env, signal });
    return `${ratePerSecond * loadSeconds} requests, every answer right`;
  };

  const failure = await takeSteps({ stack, door: openFrontDoor(url), load });
  if (failure) await explain(stack).catch((error) => console.error(error));
  // Also after a signal: this one goes by a stack that has not heard of it.
  const cleaner = await openStack(project, {
    cwd: root,
    env,
    signal: AbortSignal.timeout(120_000),
  });
  const clean = await takeStep("take everything away", async () => {
    await cleaner.compose(["down", "--volumes", "--timeout", "5"]);
    const left = await cleaner.leftovers();
    if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
    return "nothing is left";
  });
  return failure || clean ? 1 : 0;
}

async function takeSteps(world: World): Promise<unknown> {
  const left = await world.stack.leftovers();
  // Of a run that was killed.
  if (left.length > 0) await world.stack.compose(["down", "--volumes", "--timeout", "1"]);
  for (const { says, does } of steps) {
    const failure = await takeStep(says, () => does(world));
    if (failure) return failure;
  }
  return undefined;
}

/** Says what is done and how it went; answers with what went wrong, if anything. */
async function takeStep(says: string, does: () => Promise<string>): Promise<unknown> {
  const startMs = performance.now();
  try {
    console.log(
      `ok      ${says}: ${await does()} (${Math.round((performance.now() - startMs) / 1_000)} s)`,
    );
    return undefined;
  } catch (error) {
    console.log(`not ok  ${says}`);
    console.error(error);
    return error;
  }
}

/** What somebody wants to see who was not there: how the containers are, and the last words of the sick ones. */
async function explain({ compose, containers }: Stack): Promise<void> {
  const states = await containers();
  const sick = states.filter(({ status }) => !status.includes("(healthy)"));
  console.error(states.map(({ service, status }) => `${service}: ${status}`).join("\n"));
  if (sick.length === 0) return;
  const names = sick.map(({ service }) => service);
  console.error(await compose(["logs", "--tail", "15", "--no-color", ...names]));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
