import { CommanderError } from "commander";
import { applications } from "./applications.ts";
import { type Echo, startEcho } from "./echo.ts";
import { WrongAnswer } from "./load.ts";
import { measureRound, type RoundFigures } from "./measure.ts";
import { type BenchOptions, readOptions, type Variant } from "./options.ts";
import { textOf } from "./report.ts";
import { startStack } from "./stack.ts";
import { summarize } from "./summary.ts";

process.exitCode = await main(process.argv.slice(2));

/** Measures and prints, and answers the exit code: 1 if an answer was wrong, 2 for what cannot be asked. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (process.platform !== "linux") throw new Error("the bench reads Linux' /proc");
    if (options.growth) await measureGrowth(options);
    else print(options, await measureAll(options));
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const isWrong = error instanceof WrongAnswer;
    console.error(isWrong ? `No figures: an answer was not right. ${error.message}` : error);
    return 1;
  }
}

async function measureGrowth(options: BenchOptions): Promise<void> {
  const { grow } = applications[options.app] ?? {};
  if (!grow) throw new Error(`how the cost of ${options.app} grows is not measured`);
  const stack = await startStack(options, options.variants[0] ?? "processes");
  try {
    await grow(stack, (line) => console.log(line));
  } finally {
    await stack.close();
  }
}

type Rounds = ReadonlyMap<Variant, RoundFigures[]>;

/** Round after round, in each of them every variant, so that what else the machine does hits all alike. */
async function measureAll(options: BenchOptions): Promise<Rounds> {
  const rounds = new Map(options.variants.map((variant) => [variant, [] as RoundFigures[]]));
  const yardstick = applications[options.app]?.yardstick ?? "grpc";
  const echo = await startEcho(yardstick, options.connections);
  try {
    await warm(echo);
    for (let round = 1; round <= options.rounds; round++) {
      for (const [variant, figures] of rounds) {
        console.error(`round ${round} of ${options.rounds}: ${variant}`);
        figures.push(...(await measureRound(options, variant, echo, round)));
      }
    }
  } finally {
    echo.close();
  }
  return rounds;
}

/** Compiled code is what is compared, on both sides. */
async function warm(echo: Echo): Promise<void> {
  await echo.measure(3_000);
}

function print(options: BenchOptions, rounds: Rounds): void {
  const all = [...rounds].flatMap(([variant, figures]) =>
    [...Map.groupBy(figures, ({ load }) => load)].map(([load, own]) => {
      return { variant, load, summary: summarize(own), rounds: own };
    }),
  );
  if (options.json) console.log(JSON.stringify({ options, variants: all }, undefined, 2));
  else
    for (const { variant, load, summary } of all) {
      console.log(textOf(`${titleOf(options, variant)}: ${load}`, summary));
    }
}

function titleOf({ app, rounds, connections, replicas }: BenchOptions, variant: Variant): string {
  const more = replicas.length > 0 ? `, ${replicas.join(", ")}` : "";
  return `${app}, ${variant}${more}, medians of ${rounds}, ${connections} connections`;
}
