import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { faults } from "@faultline/faults";
import { type Driver, DriverError } from "@faultline/faults/driver";
import { createComposeDriver } from "@faultline/faults/drivers/compose";
import { createLocalDriver } from "@faultline/faults/drivers/local";
import { factsFor } from "@faultline/faults/facts-for";
import { type Fault, hookKind, isFor, valuesOf } from "@faultline/faults/fault";
import { Injector, InjectorError } from "@faultline/faults/injector";
import { defaultIn, type Parameter, ParameterError } from "@faultline/faults/parameters";
import type { Topology } from "@faultline/faults/topology";
import type { FrontDoor } from "@faultline/faults/verify/routes";
import { Command } from "commander";
import { apps, appsOf, composeFileOf, flagsFolderOf, topologyOf as topologyOfApp } from "./apps.ts";
import { ArgumentError, durationMs, jsonLogic, keyValues } from "./fault-arguments.ts";
import { Interrupted, interruptible } from "./interruptible.ts";
import { root } from "./root.ts";
import { verify } from "./verify-command.ts";

const say = (line = "") => console.log(line);

/** `npm run fault -- …`: everything that is done about faults from a terminal. */
function commandLine(): Command {
  const program = new Command("npm run fault --")
    .description("Breaks a running application on purpose, and mends it.")
    .option("--app <name>", "which application", "hotel")
    .option("--data-dir <directory>", "of the running application; by default .faultline/<app>")
    .option("--compose <project>", "it runs as that project of docker compose");
  program
    .command("list")
    .description("all faults, and which share of each application's requests they touch")
    .action(list);
  program
    .command("show <name>")
    .description("all about one")
    .action((name) => show(find(name), topologyOf(program.opts<Where>().app)));
  program
    .command("status")
    .description("what is injected now")
    .action(() => status(injectorOf(program)));
  program
    .command("inject <name>")
    .description("begin it")
    .option(
      "-p, --param <name=value>",
      "another value than the default; may be repeated",
      collect,
      [],
    )
    .option(
      "--only <json-logic>",
      "whom it hits, as flagd's targeting has it; for faults inside services",
    )
    .option("--for <time>", "recover it after so long: 90s, 5m")
    .action((name: string, options: InjectArguments) => inject(name, options, injectorOf(program)));
  program
    .command("recover <name...>")
    .description("end it; `all` ends every one")
    .action((names: string[]) => recover(names, injectorOf(program)));
  program
    .command("verify [name...]")
    .description(
      "show under load that it does what it says, and heals; without --data-dir on an application of its own",
    )
    .option("--all", "every fault", false)
    .option("-p, --param <name=value>", "another value than the usual one", collect, [])
    .option("--verbose", "say all figures, and not only what does not hold", false)
    .action((names: string[], options: VerifyOptions) => verifyNamed(names, options, program));
  return program;
}

interface InjectArguments {
  readonly param: readonly string[];
  readonly only?: string;
  readonly for?: string;
}

function list(): void {
  const width = Math.max(...faults.map(({ name }) => name.length));
  const names = Object.keys(apps);
  const row = (name: string, cells: readonly string[], summary: string) =>
    say([name.padEnd(width), ...cells.map((cell) => cell.padStart(6)), ` ${summary}`].join("  "));
  row("", names, "");
  for (const fault of faults) {
    row(
      fault.name,
      names.map((app) => shareIn(topologyOf(app), fault)),
      fault.summary,
    );
  }
}

/** How much of an application's standard mix it can touch with the default values; nothing if it is not for it. */
function shareIn(topology: Topology, fault: Fault): string {
  if (!isFor(fault, topology)) return "–";
  const { blast } = factsFor(fault, valuesOf(fault, {}, topology), topology);
  return `${Number((blast.share * 100).toFixed(1))} %`;
}

function show(fault: Fault, topology: Topology): void {
  const values = Object.fromEntries(
    Object.entries(fault.parameters as Record<string, Parameter>).map(([name, one]) => [
      name,
      defaultIn(one, topology),
    ]),
  );
  const { analysis, localisation, symptom, blast, mitigation, recovery, aiopslab } = factsFor(
    fault,
    values,
    topology,
  );
  say(`${fault.name}: ${fault.summary}\n`);
  say(`  hook       ${hookKind(fault)}`);
  for (const [name, one] of Object.entries(fault.parameters as Record<string, Parameter>))
    say(`  parameter  ${name}=${values[name]}  ${one.says}`);
  say(`  symptom    ${symptom}`);
  say(`  touches    ${blast.share * 100} % of the standard mix: ${blast.says}`);
  say(`  where      ${localisation.join(" or ") || "nowhere"}`);
  say(
    `  what       ${analysis.level}, ${analysis.type}${analysis.because ? ` (${analysis.because})` : ""}`,
  );
  for (const step of mitigation) say(`  by hand    ${step}`);
  say(`  healed     ${recovery}`);
  if (aiopslab) say(`  AIOpsLab   ${aiopslab.problems.join(", ")}`);
}

async function status(injector: Injector): Promise<void> {
  await healDue(injector);
  if (injector.active.length === 0) say("Nothing is injected.");
  for (const { fault, parameters, atMs, untilMs, unfinished } of injector.active) {
    const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
    const until = untilMs === undefined ? "" : ` until ${new Date(untilMs).toISOString()}`;
    const note = unfinished ? " (half done: recover it)" : "";
    say(`${fault}  since ${new Date(atMs).toISOString()}${until}  ${values.join(" ")}${note}`);
  }
}

async function inject(name: string, options: InjectArguments, injector: Injector): Promise<void> {
  await healDue(injector);
  const forMs = options.for === undefined ? undefined : durationMs(options.for);
  const targeting = options.only === undefined ? {} : { targeting: jsonLogic(options.only) };
  const time = forMs === undefined ? {} : { forMs };
  const wanted = { given: keyValues(options.param), ...targeting, ...time };
  await interruptible((signal) => injector.inject(name, wanted, signal));
  say(`${name} is injected.`);
  if (forMs === undefined) return;
  say(`It is recovered in ${forMs / 1_000} s; Ctrl-C recovers it now.`);
  await interruptible((signal) => sleep(forMs, undefined, { signal })).catch(continueIfInterrupted);
  await recover([name], injector);
}

async function recover(names: readonly string[], injector: Injector): Promise<void> {
  const all = names.includes("all") ? injector.active.map(({ fault }) => fault) : names;
  if (all.length === 0) say("Nothing is injected.");
  for (const name of all) {
    const was = await interruptible((signal) => injector.recover(name, signal));
    say(was ? `${name} is recovered.` : `${name} is not injected; nothing to do.`);
  }
}

interface VerifyOptions {
  readonly all: boolean;
  readonly verbose: boolean;
  readonly param: readonly string[];
}

async function verifyNamed(
  names: readonly string[],
  { all, verbose, param }: VerifyOptions,
  program: Command,
): Promise<void> {
  if (all === names.length > 0) throw new ArgumentError("name the faults to verify, or say --all");
  const { app, dataDir, compose } = program.opts<Where>();
  const settings = {
    faults: all ? faults : names.map(find),
    topology: topologyOf(app),
    door: doorOf(app),
    given: keyValues(param),
    dataDirectory: compose === undefined ? dataDir : directoryOf(program),
    driver: compose === undefined ? undefined : driverOf(program),
    verbose,
    environment: process.env,
  };
  process.exitCode = await interruptible((signal) => verify(settings, signal));
}

async function healDue(injector: Injector): Promise<void> {
  const healed = await interruptible((signal) => injector.recoverDue(signal));
  for (const name of healed) say(`${name} was due and is recovered.`);
}

/** Ctrl-C while waiting shortens the wait. */
function continueIfInterrupted(error: unknown): void {
  if (!(error instanceof Interrupted)) throw error;
}

function find(name: string): Fault {
  const fault = faults.find((candidate) => candidate.name === name);
  if (!fault) throw new InjectorError(`there is no fault ${name}; npm run fault -- list shows all`);
  return fault;
}

function injectorOf(program: Command): Injector {
  const topology = topologyOf(program.opts<Where>().app);
  const driver = driverOf(program);
  return new Injector({ topology, driver, dataDirectory: directoryOf(program), by: "cli" });
}

function driverOf(program: Command): Driver {
  const { app, compose } = program.opts<Where>();
  const dataDirectory = directoryOf(program);
  if (compose === undefined) return createLocalDriver({ dataDirectory });
  if (appsOf(app).length !== 1) throw oneAtATime("is a compose project");
  const files = [composeFileOf(app)];
  return createComposeDriver({
    ...{ topology: topologyOf(app), project: compose, files, directory: root },
    // Beside it: what containers see of flags is a directory that holds nothing else.
    ...{ dataDirectory: `${dataDirectory}-${compose}.servers`, environment: process.env },
    passage: [process.execPath, join(import.meta.dirname, "proxy/passage.ts")],
  });
}

function directoryOf(program: Command): string {
  const { app, dataDir, compose } = program.opts<Where>();
  if (dataDir !== undefined) return dataDir;
  return compose === undefined ? `.faultline/${app}` : join(root, flagsFolderOf(app));
}

interface Where {
  readonly app: string;
  readonly dataDir?: string;
  readonly compose?: string;
}

function doorOf(app: string): FrontDoor {
  const [known, another] = appsOf(app);
  if (known && !another) return known.door;
  throw oneAtATime("is verified at a time");
}

function oneAtATime(what: string): InjectorError {
  return new InjectorError(`one application ${what}; --app ${Object.keys(apps).join(" or ")}`);
}

function topologyOf(app: string): Topology {
  const found = topologyOfApp(app);
  if (!found) throw new InjectorError(`there is no application ${app}`);
  return found;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

const expected = [InjectorError, ParameterError, DriverError, ArgumentError, Interrupted];

try {
  await commandLine().parseAsync(process.argv.slice(2), { from: "user" });
} catch (error) {
  if (!(error instanceof Error) || !expected.some((kind) => error instanceof kind)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}
