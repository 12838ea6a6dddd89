import { existsSync } from "node:fs";
import { readTls } from "@faultline/config/tls";
import { createLocalDriver } from "@faultline/faults/drivers/local";
import { FlagFile } from "@faultline/faults/flags/flag-file";
import { placesOf } from "@faultline/faults/places";
import { type App, frontDoorOf, tracedAs } from "@faultline/service/define-app";
import { planAllInOne } from "./all-in-one-plan.ts";
import { appsOf, topologyOf } from "./apps.ts";
import { type Control, serveControl } from "./control.ts";
import { type DataDirectory, openDataDirectory } from "./data-directory.ts";
import { Launch } from "./launch.ts";
import { LaunchError } from "./launch-error.ts";
import { type Environment, lookAround } from "./machine.ts";
import { assertReachable } from "./mongo-url.ts";
import { Operations } from "./operations.ts";
import { type LaunchOptions, readOptions } from "./options.ts";
import { planApps } from "./plan.ts";
import { controlPort, localPort } from "./ports.ts";
import { movedPorts, readyTable } from "./ready-table.ts";
import { createScreen, type Screen } from "./screen.ts";
import { prepareServiceTls } from "./service-tls.ts";
import { prepareStoreTls } from "./store-tls.ts";
import { createTether } from "./tether.ts";
import { version } from "./version.ts";

/** Starts what the arguments ask for, and returns the exit code when all of it has ended. */
async function main(args: readonly string[], environment: Environment, screen: Screen) {
  try {
    const options = readOptions(args);
    const running = await start(options, environment, screen);
    await endEarlierInjections(running, options);
    await announce(running, options);
    await running.launch.ended.finally(() => running.close());
    screen.say("Everything has stopped.");
    return 0;
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    screen.progress("");
    process.stderr.write(`\n${error.message}\n`);
    return 1;
  }
}

/** Servers, and the API by which they can be looked at and acted upon. */
interface Started {
  readonly launch: Launch;
  readonly control: Control;
  /** Closes what is not the servers' own. */
  close(): Promise<void>;
}

async function start(
  options: LaunchOptions,
  environment: Environment,
  screen: Screen,
): Promise<Started> {
  const known = appsOf(options.app);
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
  screen.say(`Starting ${titleOf(options)} …`);
  const control = await serveControl({
    dataDirectory,
    port: localPort("control", controlPort, options.portBase),
  });
  const plan = options.allInOne ? planAllInOne : planApps;
  const tables = known.map(({ app }) => app);
  const servers = await plan(tables, {
    ...options,
    machine,
    dataDirectory,
    storeTls: await byApp(tables, (app) => prepareStoreTls(app, environment, dataDirectory.path)),
    serviceTls: await byApp(tables, (app) =>
      prepareServiceTls(app, {
        environment,
        dataDirectory: dataDirectory.path,
        allInOne: options.allInOne,
        say: (line) => screen.say(line),
      }),
    ),
    told: {
      OTEL_EXPORTER_OTLP_ENDPOINT: control.url,
      FLAGD_OFFLINE_FLAG_SOURCE_PATH: await flagsOf(dataDirectory),
    },
    ...(tls ? { tls } : {}),
  });
  const tether = createTether(machine);
  const launch = new Launch({ servers, dataDirectory, screen, verbose: options.verbose, tether });
  const operations = new Operations(launch);
  control.attach({ app: options.app, launch, operations });
  const close = async () => void (await Promise.all([operations.close(), control.close()]));
  return { launch, control, close };
}

/** The file of feature flags that services watch. What is in it from before stays: it is still on. */
async function flagsOf({ path }: DataDirectory): Promise<string> {
  const { flags } = placesOf(path);
  if (!existsSync(flags)) await new FlagFile(flags).create();
  return flags;
}

async function endEarlierInjections({ launch }: Started, { app }: LaunchOptions): Promise<void> {
  const topology = topologyOf(app);
  const { path } = launch.dataDirectory;
  await launch.ready;
  if (!topology || launch.stopping.aborted || !existsSync(placesOf(path).injections)) return;
  const { endInjectionsOfEarlierStart } = await import("./ended-injections.ts");
  const driver = createLocalDriver({ dataDirectory: path });
  const settings = { topology, driver, dataDirectory: path };
  try {
    await endInjectionsOfEarlierStart(settings, launch.stopping);
  } catch (error) {
    // The application runs all the same; npm run fault -- status shows what is still on.
    if (!launch.stopping.aborted) launch.screen.say(`Injections of before are left: ${error}`);
  }
}

/** What there is for each of these applications, by its name. */
async function byApp<Value>(
  tables: readonly App[],
  prepare: (app: App) => Promise<Value | undefined>,
): Promise<ReadonlyMap<string, Value>> {
  const all = tables.map(async (app) => {
    const value = await prepare(app);
    return value === undefined ? [] : [[app.name, value] as const];
  });
  return new Map((await Promise.all(all)).flat());
}

function readTlsOf(environment: Environment) {
  try {
    return readTls(environment);
  } catch (cause) {
    throw new LaunchError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Says what runs where as soon as everything is ready. Nothing to say if it was stopped before. */
async function announce({ launch, control }: Started, options: LaunchOptions): Promise<void> {
  await launch.ready;
  if (launch.stopping.aborted) return;
  const { screen, children, dataDirectory } = launch;
  const seconds = (performance.now() / 1_000).toFixed(1);
  screen.say(`${titleOf(options)} is ready after ${seconds} s.\n`);
  for (const line of readyTable([...children.values()].map(({ plan }) => plan))) screen.say(line);
  for (const line of movedPorts([...children.values()].map(({ plan }) => plan))) screen.say(line);
  screen.say(`\n  status  ${control.url}/api/status`);
  screen.say(`  traces  ${control.url}/api/traces?service=${tracedDoorOf(options)}`);
  screen.say(`  logs    ${dataDirectory.logPath("<name>")}`);
  screen.say("\nCtrl-C stops all of it.");
}

function titleOf({ app }: LaunchOptions): string {
  return appsOf(app)
    .map(({ title }) => title)
    .join(" and ");
}

function tracedDoorOf({ app }: LaunchOptions): string {
  const [first] = appsOf(app);
  return first ? tracedAs(frontDoorOf(first.app)) : "";
}

const screen = createScreen(process.stdout);
process.exitCode = await main(process.argv.slice(2), process.env, screen);
process.exit();
