import type { MongoClient } from "mongodb";
import { createSubject, type Operation, operations, type Subject } from "./operations.ts";

/** How many calls are under way at once. */
const inFlights = [1, 16];

/** A trial ends after this time, and one that was slower than this is not repeated. */
const trialMsMax = 1_000;
const callMsMax = 20;

/** One line of the report: the mean time of a call, a figure for each round, for each target. */
export type Line = { readonly title: string; readonly micros: Record<string, number[]> };

/**
 * Measures everything on every target, in turn, so that what else the machine does hits all
 * alike. The first round only warms up.
 */
export async function measureAll(
  clients: ReadonlyMap<string, MongoClient>,
  { sizes, rounds, calls }: { sizes: readonly number[]; rounds: number; calls: number },
): Promise<Line[]> {
  const trials = await prepare(clients, sizes);
  for (let round = 0; round <= rounds; round++) {
    for (const trial of trials.filter(({ isSlow }) => !isSlow)) {
      const { line, target, subject, operation, inFlight } = trial;
      const micros = await time(() => operation(subject, nextCount++), { calls, inFlight });
      trial.isSlow = micros > callMsMax * 1_000;
      if (round > 0 || trial.isSlow) line.micros[target]?.push(micros);
    }
  }
  return [...new Set(trials.map(({ line }) => line))];
}

/** Never repeats, so that each call of an insert has a key of its own. */
let nextCount = 0;

type Trial = {
  line: Line;
  target: string;
  subject: Subject;
  operation: Operation;
  inFlight: number;
  isSlow: boolean;
};

async function prepare(
  clients: ReadonlyMap<string, MongoClient>,
  sizes: readonly number[],
): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const size of sizes) {
    const subjects = await createSubjects(clients, size);
    for (const [name, operation] of Object.entries<Operation>(operations)) {
      for (const inFlight of inFlights) {
        const line: Line = { title: `${name}, of ${size}, ${inFlight} in flight`, micros: {} };
        for (const [target, subject] of subjects) {
          line.micros[target] = [];
          trials.push({ line, target, subject, operation, inFlight, isSlow: false });
        }
      }
    }
  }
  return trials;
}

async function createSubjects(
  clients: ReadonlyMap<string, MongoClient>,
  size: number,
): Promise<Map<string, Subject>> {
  const subjects = new Map<string, Subject>();
  for (const [target, client] of clients) {
    subjects.set(target, await createSubject(client.db("bench"), size));
  }
  return subjects;
}

async function time(
  run: () => Promise<unknown>,
  { calls, inFlight }: { calls: number; inFlight: number },
): Promise<number> {
  let begun = 0;
  let done = 0;
  const startMs = performance.now();
  const loop = async () => {
    while (begun++ < calls && performance.now() - startMs < trialMsMax) {
      await run();
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return ((performance.now() - startMs) * 1_000) / done;
}
