import { Command, InvalidArgumentError } from "commander";
import { applications } from "./applications.ts";

export const variants = ["processes", "all-in-one"] as const;
/** How the application runs: each service as a process of its own, or all in one. */
export type Variant = (typeof variants)[number];

/** What a person asked for on the command line, checked. */
export interface BenchOptions {
  readonly app: string;
  readonly variants: readonly Variant[];
  /** How often everything is measured; figures are medians. */
  readonly rounds: number;
  /** How long each measurement takes, and the requests before it that nobody measures. */
  readonly durationMs: number;
  readonly warmupRequests: number;
  /** Connections to the front door; each sends its next request when it has its answer. */
  readonly connections: number;
  /** `service=count`, as the launcher takes it. */
  readonly replicas: readonly string[];
  readonly json: boolean;
  /** Instead: how cost grows with what there is. */
  readonly growth: boolean;
}

interface Given {
  readonly allInOne?: true;
  readonly processes?: true;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly connections: number;
  readonly replicas: readonly string[];
  readonly json?: true;
  readonly growth?: true;
}

/** Reads the arguments. Throws commander's error after `--help` and for what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const command = new Command("npm run bench --")
    .description(
      "Measures what an application costs, in units of a call between two processes of nothing but its library.",
    )
    .argument("[app]", `which application (${names.join(", ")})`, application, "hotel")
    .option("--processes", "only with each service as a process of its own")
    .option("--all-in-one", "only with all services in one process")
    .option("--rounds <number>", "how often everything is measured", atLeast(1), 5)
    .option("--seconds <number>", "how long each measurement takes", atLeast(1), 8)
    .option("--warmup <number>", "requests before each measurement", atLeast(0), 10_000)
    .option("--connections <number>", "clients that ask without pause", atLeast(1), 32)
    .option("--replicas <service=count>", "run a service several times; repeatable", append, [])
    .option("--growth", "instead: how cost grows with what there is")
    .option("--json", "print everything that was measured as JSON")
    .exitOverride()
    .parse(args, { from: "user" });
  // The parsers above have given each option its type.
  const given = command.opts<Given>();
  const { rounds, connections, replicas } = given;
  return {
    app: command.args[0] ?? "hotel",
    variants: variantsOf(given),
    ...{ rounds, connections, replicas, json: given.json ?? false },
    growth: given.growth ?? false,
    ...{ durationMs: given.seconds * 1_000, warmupRequests: given.warmup },
  };
}

function variantsOf({ allInOne, processes, replicas }: Given): readonly Variant[] {
  // Replicas are processes.
  if (processes === allInOne && replicas.length === 0) return variants;
  return allInOne && replicas.length === 0 ? ["all-in-one"] : ["processes"];
}

const names = Object.keys(applications);

function application(name: string): string {
  if (names.includes(name)) return name;
  throw new InvalidArgumentError(`There is ${names.join(" and ")}.`);
}

function atLeast(min: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min) return number;
    throw new InvalidArgumentError(`It must be a whole number of at least ${min}.`);
  };
}

function append(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
