import { parseArgs } from "node:util";
import { MongoClient } from "mongodb";
import { type Line, measureAll } from "./measure.ts";
import { measureStart } from "./start.ts";
import { residentMb, startTargets } from "./targets.ts";

// node packages/mongod/bench/main.ts --path "$PATH" [--rounds 9] [--calls 300] [--sizes 100,100000]

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    sizes: { type: "string", default: "100,100000" },
    calls: { type: "string", default: "300" },
    path: { type: "string", default: "" },
  },
});

for (const [which, start] of Object.entries(await measureStart())) {
  console.log(
    `${which} start ${Math.round(start.startMs)} ms, ${Math.round(start.idleMb)} MiB idle`,
  );
}

const targets = await startTargets(values.path);
const clients = new Map<string, MongoClient>();
try {
  for (const { name, url } of targets) {
    clients.set(name, await new MongoClient(url, { maxPoolSize: 16 }).connect());
  }
  const rounds = Number(values.rounds);
  const sizes = values.sizes.split(",").map(Number);
  const lines = await measureAll(clients, { sizes, rounds, calls: Number(values.calls) });
  console.log("microseconds a call, median of the rounds");
  console.table(Object.fromEntries(lines.map((line) => [line.title, figures(line)])));
  for (const { name, pid } of targets) {
    console.log(`${name} afterwards: ${Math.round(residentMb(pid))} MiB`);
  }
} finally {
  for (const client of clients.values()) await client.close();
  for (const target of targets) await target.stop();
}

function figures({ micros }: Line): Record<string, number> {
  const medians = Object.entries(micros).map(([target, of]) => [target, median(of)] as const);
  const floor = median(micros.floor ?? []);
  const ratios = medians
    .filter(([target]) => target !== "floor")
    .map(([target, micros]) => [`${target} ÷ floor`, Number((micros / floor).toFixed(2))]);
  return Object.fromEntries([
    ...medians.map(([target, micros]) => [target, Math.round(micros)]),
    ...ratios,
  ]);
}

function median(numbers: number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN;
}
