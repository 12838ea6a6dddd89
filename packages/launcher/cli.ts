import { readTls } from "@faultline/config/tls";
import { planAllInOne } from "./all-in-one-plan.ts";
import { apps } from "./apps.ts";
import { type Control, serveControl } from "./control.ts";
import { openDataDirectory } from "./data-directory.ts";
import { Launch } from "./launch.ts";
import { LaunchError } from "./launch-error.ts";
import { type Environment, lookAround } from "./machine.ts";
import { assertReachable } from "./mongo-url.ts";
import { type LaunchOptions, readOptions } from "./options.ts";
import { planApp } from "./plan.ts";
import { controlPort, localPort } from "./ports.ts";
import { readyTable } from "./ready-table.ts";
import { createScreen, type Screen } from "./screen.ts";
import { createTether } from "./tether.ts";
import { version } from "./version.ts";

/** Starts what the arguments ask for, and returns the exit code when all of it has ended. */
async function main(args: readonly string[], environment: Environment, screen: Screen) {
  try {
    const options = readOptions(args);
    const launch = await start(options, environment, screen);
    const control = await announce(launch, options);
    await launch.ended.finally(() => control?.close());
    screen.say("Everything has stopped.");
    return 0;
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    screen.progress("");
    process.stderr.write(`\n${error.message}\n`);
    return 1;
  }
}

async function start(
  options: LaunchOptions,
  environment: Environment,
  screen: Screen,
): Promise<Launch> {
  const known = apps[options.app];
  if (!known) throw new LaunchError(`There is no application ${options.app}.`);
  const machine = lookAround(environment, options.mongod);
  const tls = readTlsOf(environment);
  if (options.mongoUrl) await assertReachable(options.mongoUrl);
  const dataDirectory = await openDataDirectory({
    path: options.dataDir,
    app: options.app,
    version,
    fresh: options.fresh,
    ...(options.mongoUrl ? {} : { engine: machine.mongod ? "mongod" : "embedded" }),
  });
  screen.say(`Starting ${known.title} …`);
  const plan = options.allInOne ? planAllInOne : planApp;
  const servers = await plan(known.app, {
    ...options,
    machine,
    dataDirectory,
    ...(tls ? { tls } : {}),
  });
  return new Launch({
    servers,
    dataDirectory,
    screen,
    verbose: options.verbose,
    tether: createTether(machine),
  });
}

function readTlsOf(environment: Environment) {
  try {
    return readTls(environment);
  } catch (cause) {
    throw new LaunchError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Says what runs where as soon as everything is ready. Nothing to say if it was stopped before. */
async function announce(launch: Launch, options: LaunchOptions): Promise<Control | undefined> {
  await launch.ready;
  if (launch.stopping.aborted) return undefined;
  const { screen, children, dataDirectory } = launch;
  const control = await serveControl({
    app: options.app,
    launch,
    port: localPort("control", controlPort, options.portBase),
  });
  const seconds = (performance.now() / 1_000).toFixed(1);
  screen.say(`${apps[options.app]?.title} is ready after ${seconds} s.\n`);
  for (const line of readyTable([...children.values()].map(({ plan }) => plan))) screen.say(line);
  screen.say(`\n  status  ${control.url}/api/status`);
  screen.say(`  logs    ${dataDirectory.logPath("<name>")}`);
  screen.say("\nCtrl-C stops all of it.");
  return control;
}

const screen = createScreen(process.stdout);
process.exitCode = await main(process.argv.slice(2), process.env, screen);
process.exit();
