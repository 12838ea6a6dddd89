import { createServer } from "node:net";
import { join } from "node:path";
import { composeFileOf } from "@faultline/launcher/apps";
import { hotelSteps } from "./test-stack/hotel/steps.ts";
import { runCommand } from "./test-stack/run-command.ts";
import { socialSteps, socialTlsSteps } from "./test-stack/social/steps.ts";
import { openStack, type Stack } from "./test-stack/stack.ts";
import { bringUp, type ComposedApp, type Step } from "./test-stack/steps.ts";

// `npm run test:compose [-- hotel|social [POSTS]|social-tls]`: builds the image, runs the whole stack under Docker Compose, breaks it, mends it,
// restarts it, and leaves nothing behind. Images are chosen by the variables of the compose files, as ever.
const root = join(import.meta.dirname, "..");
const everythingMs = 3_600_000;

const social = {
  ...{ name: "social", builds: "text-service" },
  ports: ["NGINX_THRIFT_PORT", "MEDIA_FRONTEND_PORT"],
};
const apps: Readonly<Record<string, ComposedApp>> = {
  hotel: { name: "hotel", builds: "geo", ports: ["FRONTEND_PORT"], steps: hotelSteps },
  social: { ...social, steps: socialSteps },
  "social-tls": { ...social, more: ["compose.social.tls.yaml"], steps: socialTlsSteps },
};

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
}
process.exitCode = await main(process.argv[2] ?? "hotel", Number(process.argv[3] ?? 300));

async function main(which: string, posts: number): Promise<number> {
  const app = Object.hasOwn(apps, which) ? apps[which] : undefined;
  if (!app || !Number.isSafeInteger(posts) || posts < 1) {
    console.error(`usage: npm run test:compose [-- ${Object.keys(apps).join("|")} [POSTS]]`);
    return 2;
  }
  const { name, more = [] } = app;
  const files = [composeFileOf(name), ...more];
  const { url, environment } = await placeFor(app);
  const run = { cwd: root, env: { START_DEADLINE_MS: "60000", ...process.env, ...environment } };
  const open = (signal: AbortSignal) =>
    openStack(`faultline-test-${which}`, files, { ...run, signal });
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(everythingMs)]);
  const stack = await open(signal);
  const load = (...args: readonly string[]) => {
    const words = [process.execPath, "loadgen/cli.ts", name, "--url", url, ...args];
    return runCommand(words, { ...run, signal });
  };

  const failure = await takeSteps(stack, app.builds, app.steps({ stack, url, load, posts }));
  if (failure) await explain(stack).catch((error) => console.error(error));
  // Also after a signal: this one goes by a stack that has not heard of it.
  const clean = await takeAway(await open(AbortSignal.timeout(120_000)));
  return failure || clean ? 1 : 0;
}

/** Ports that are free, as the variables that choose them. */
async function placeFor({ ports }: ComposedApp) {
  const numbers = await Promise.all(ports.map(freePort));
  const environment = Object.fromEntries(ports.map((port, i) => [port, `${numbers[i]}`]));
  return { url: `http://127.0.0.1:${numbers[0]}`, environment };
}

async function takeSteps(stack: Stack, builds: string, steps: readonly Step[]): Promise<unknown> {
  const left = await stack.leftovers();
  // Of a run that was killed.
  if (left.length > 0) await stack.compose(["down", "--volumes", "--timeout", "1"]);
  const first: readonly Step[] = [
    { says: "build the image", does: () => build(stack, builds) },
    { says: "bring the stack up", does: () => bringUp(stack) },
  ];
  for (const { says, does } of [...first, ...steps]) {
    const failure = await takeStep(says, does);
    if (failure) return failure;
  }
  return undefined;
}

async function build(stack: Stack, service: string): Promise<string> {
  await stack.compose(["build", service], 900_000);
  return "built";
}

function takeAway(stack: Stack): Promise<unknown> {
  return takeStep("take everything away", async () => {
    await stack.compose(["down", "--volumes", "--timeout", "5"]);
    const left = await stack.leftovers();
    if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
    return "nothing is left";
  });
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
