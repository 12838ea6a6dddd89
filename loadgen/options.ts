import { Command, InvalidArgumentError, Option } from "commander";
import type { Application, Given, TrafficPlan } from "./application.ts";
import { applications } from "./applications.ts";
import { type Distribution, distributions } from "./runner/arrivals.ts";
import { exitCodes, usageExitCode } from "./runner/conclusion.ts";
import type { LoadOptions } from "./runner/run-load.ts";

/** What a person asked for on the command line, checked. */
export interface CommandLine {
  readonly app: string;
  readonly application: Application;
  readonly plan: TrafficPlan;
  readonly load: LoadOptions;
  /** Where the reports go; "-" is standard output. */
  readonly json: string | undefined;
  readonly html: string | undefined;
  readonly allowFailures: boolean;
}

const rateMax = 100_000;
const connectionsMax = 10_000;
const timeMaxMs = 86_400_000;

/** Reads the arguments. Says help, or what is wrong, on the terminal and throws a `CommanderError`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const app = nameIn(args);
  const application = applications[app] ?? first.application;
  const command = commandLine(app, application).parse(args, { from: "user" });
  // The parsers of the options below have given each its type.
  const given = command.opts<GivenToAll & Given>();
  const { url, connections, rate, seed, distribution, duration, warmup, deadline } = given;
  const { mix, base } = given;
  return {
    ...{ app, application, plan: { seed, mix, base, given } },
    ...{ json: given.json, html: given.html },
    allowFailures: given.allowFailures === true,
    load: {
      ...{ url, connections, rate, seed },
      targetPrefix: given.target === "absolute" ? application.scriptOrigin : "",
      distribution: distribution === "exp" ? "exponential" : distribution,
      ...{ durationMs: duration, warmupMs: warmup, deadlineMs: deadline },
    },
  };
}

/** The application is named first, or not at all. */
function nameIn(args: readonly string[]): string {
  const [name = first.name] = args;
  return name.startsWith("-") ? first.name : name;
}

const first = firstApplication();

function firstApplication(): { readonly name: string; readonly application: Application } {
  for (const [name, application] of Object.entries(applications)) return { name, application };
  throw new Error("the table of applications is empty");
}

interface GivenToAll {
  readonly url: string;
  readonly rate: number;
  readonly duration: number;
  readonly warmup: number;
  readonly distribution: Distribution | "exp";
  readonly connections: number;
  readonly deadline: number;
  readonly seed: number;
  readonly mix: string;
  readonly base: string;
  readonly target: "absolute" | "origin";
  readonly json?: string;
  readonly html?: string;
  readonly allowFailures?: boolean;
}

function commandLine(app: string, application: Application): Command {
  const { url, mixes, bases, basesSay, options = [] } = application;
  const choice = (flags: string, says: string, choices: readonly string[]) =>
    new Option(flags, says).choices(choices).default(choices[0]);
  const command = new Command("npm run load --")
    .description(
      "Sends an application the traffic of the original's workload, each request when it is due, and judges every answer.",
    )
    .argument("[app]", `which application (${names.join(", ")}); comes first`, named(app), app)
    .option("--url <url>", "its front door", frontDoor, url)
    .addOption(choice("--mix <name>", "which requests, in which shares", mixes))
    .option("-R, --rate <number>", "requests a second", number(0.01, rateMax), 100)
    .addOption(timed("-d, --duration <time>", "how long to measure: 500ms, 30s, 2m", "30s"))
    .addOption(timed("--warmup <time>", "traffic before that, judged but not measured", "0s"))
    .addOption(
      choice("-D, --distribution <kind>", "how requests follow each other", [
        ...distributions,
        "exp",
      ]),
    )
    .option(
      "-c, --connections <number>",
      "requests under way at most",
      count(1, connectionsMax),
      256,
    )
    .addOption(timed("--deadline <time>", "how long an answer may take", "10s"))
    .option("--seed <number>", "the same seed sends the same requests", count(0, 2 ** 31 - 1), 1)
    .addOption(choice("--base <state>", basesSay, bases))
    .addOption(
      choice(
        "--target <form>",
        "the request line, as the original's script writes it or as browsers do",
        ["absolute", "origin"],
      ),
    )
    .option("--json <file>", "write a report for machines; - is standard output")
    .option("--html <file>", "write a report with plots")
    .option("--allow-failures", "failed requests are expected, as while a fault is on")
    .showHelpAfterError("(--help lists what there is)")
    .exitOverride()
    .addHelpText("after", helpEnd(app));
  for (const option of options) command.addOption(option);
  return command;
}

const names = Object.keys(applications);

function timed(flags: string, says: string, otherwise: string): Option {
  return new Option(flags, says).argParser(time).default(time(otherwise), otherwise);
}

function helpEnd(app: string): string {
  const codes = Object.values(exitCodes).map(({ code, says }) => `  ${code}`.padEnd(7) + says);
  return [
    "",
    "A request that is due while as many are under way as there are connections is not started, and the rate",
    "counts as not held. So it does when requests are sent ever later than they are due.",
    "",
    "Exit codes:",
    "  0    every answer was right, and the rate was held",
    ...codes,
    `  ${usageExitCode}    the command line is wrong, or nobody listens at the URL`,
    "",
    `Example: npm run load -- ${app} --rate 200 --duration 1m -D exp --html report.html`,
  ].join("\n");
}

/** The argument must be the application whose options these are. */
function named(app: string): (value: string) => string {
  return (value) => {
    if (!names.includes(value)) throw new InvalidArgumentError("There is no such application.");
    if (value === app) return value;
    throw new InvalidArgumentError("The application comes before its options.");
  };
}

function frontDoor(value: string): string {
  const url = URL.parse(value);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/" || url.search) {
    throw new InvalidArgumentError("It must look like http://127.0.0.1:5000.");
  }
  return url.origin;
}

function number(min: number, max: number): (value: string) => number {
  return (value) => {
    const parsed = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (parsed >= min && parsed <= max) return parsed;
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
  };
}

function count(min: number, max: number): (value: string) => number {
  return (value) => {
    const parsed = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (parsed >= min && parsed <= max) return parsed;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds; a number without a unit is seconds. */
function time(value: string): number {
  const [, digits = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) ?? [];
  const parsedMs = digits === "" ? Number.NaN : Number(digits) * (units[unit] ?? 0);
  if (parsedMs >= 0 && parsedMs <= timeMaxMs) return parsedMs;
  throw new InvalidArgumentError("It must be a time of at most 24h, such as 500ms, 30s or 2m.");
}
