import { Command, InvalidArgumentError } from "commander";
import { appsOf, selections } from "./apps.ts";
import { LaunchError } from "./launch-error.ts";
import { portBaseMax } from "./ports.ts";

/** What a person asked for on the command line, checked. */
export interface LaunchOptions {
  readonly app: string;
  readonly dataDir: string;
  readonly fresh: boolean;
  readonly verbose: boolean;
  readonly allInOne: boolean;
  /** How many processes of a service there shall be, for those where it is not one. */
  readonly replicas: ReadonlyMap<string, number>;
  readonly portBase?: number;
  readonly processes?: number;
  readonly mongoUrl?: string;
  readonly mongod?: string;
}

export const replicasMax = 16;
const processesMax = 64;

/** Reads the arguments. Ends the process after `--help` or with a sentence about what is wrong. */
export function readOptions(args: readonly string[]): LaunchOptions {
  const command = commandLine().parse(args, { from: "user" });
  const app = command.args[0] ?? "hotel";
  if (appsOf(app).length === 0) {
    throw new LaunchError(`There is no application ${app}; there is: ${selections.join(", ")}.`);
  }
  // The parsers of the options below have given each its type.
  const given = command.opts<Partial<LaunchOptions>>();
  const options = { ...defaults, dataDir: `.faultline/${app}`, ...given, app };
  assertConsistent(options);
  return options;
}

const defaults = { fresh: false, verbose: false, allInOne: false, replicas: new Map() };

function commandLine(): Command {
  return new Command("npm start --")
    .description("Starts an application with its stores; Ctrl-C stops all of it.")
    .argument("[app]", `which application (${selections.join(", ")})`, "hotel")
    .option("--port-base <number>", "shift all ports: 20000 makes 8083 20083", portBase)
    .option("--data-dir <directory>", "where databases and logs live (default: .faultline/<app>)")
    .option("--fresh", "drop the databases and logs of earlier runs first")
    .option("--replicas <service=count>", "run a service several times; repeatable", replicas)
    .option("--mongo-url <url>", "use this MongoDB server for every service, start none")
    .option("--mongod <path>", "run this mongod instead of one on PATH or the embedded server")
    .option("--all-in-one", "run all services in one process, without a network between")
    .option("--processes <number>", "with --all-in-one: spread over that many processes", processes)
    .option("--verbose", "show every log line, with its server's name before it")
    .addHelpText("after", "\nExample: npm start -- hotel --replicas search=2 --port-base 20000");
}

function assertConsistent(options: LaunchOptions): void {
  const { fresh, mongoUrl, mongod, allInOne, processes, replicas } = options;
  if (mongoUrl && mongod) {
    throw new LaunchError(
      "--mongo-url uses a server that runs, --mongod starts one: give only one.",
    );
  }
  if (mongoUrl && fresh) {
    throw new LaunchError(
      "--fresh only drops what was started here. Drop the databases behind --mongo-url yourself.",
    );
  }
  if (processes !== undefined && !allInOne) {
    throw new LaunchError("--processes belongs to --all-in-one; for one service use --replicas.");
  }
  if (allInOne && replicas.size > 0) {
    throw new LaunchError(
      "--replicas is for separate processes; with --all-in-one use --processes.",
    );
  }
}

function replicas(value: string, before: Map<string, number> = new Map()): Map<string, number> {
  const [service = "", count = ""] = value.split("=");
  const number = wholeNumber(count, 1, replicasMax);
  return new Map(before).set(service, number);
}

function portBase(value: string): number {
  return wholeNumber(value, 1_024, portBaseMax);
}

function processes(value: string): number {
  return wholeNumber(value, 1, processesMax);
}

function wholeNumber(value: string, min: number, max: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
}
