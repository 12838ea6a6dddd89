import type { Document } from "bson";
import { MongoError } from "../errors.ts";
import type { Turns } from "../turns.ts";
import { Grouping } from "./group.ts";
import { mingo } from "./mingo.ts";
import { countOf, stageName } from "./stages.ts";

/** Documents one after the other, and `undefined` where others have their turn. */
export type Steps = Generator<Document | undefined>;

export interface Running {
  readonly options: object;
  readonly turns: Turns | undefined;
}

/** Each document becomes some others by itself, so these stages take a few at a time. */
const oneByOne = new Set([
  "$addFields",
  "$graphLookup",
  "$lookup",
  "$match",
  "$project",
  "$redact",
  "$replaceRoot",
  "$replaceWith",
  "$set",
  "$unset",
  "$unwind",
]);

/** Where one document may be much work, they are taken singly. */
const slow = new Set(["$graphLookup", "$lookup"]);
const takenAtOnce = 32;

/** Puts the stages behind each other, so that long work has breaks between documents. */
export function runStages(documents: Steps, stages: readonly Document[], running: Running): Steps {
  requireKnown(stages);
  let steps = documents;
  for (let at = 0; at < stages.length; ) {
    const together = stages.slice(at, endOfRun(stages, at));
    steps = runSome(steps, together, running);
    at += together.length;
  }
  return steps;
}

/** One stage, or as many of those behind it as can be run together. */
function endOfRun(stages: readonly Document[], start: number): number {
  const isSimple = (stage: Document | undefined) =>
    stage !== undefined && oneByOne.has(stageName(stage)) && !slow.has(stageName(stage));
  let end = start + 1;
  if (!isSimple(stages[start])) return end;
  while (isSimple(stages[end])) end += 1;
  return end;
}

function requireKnown(stages: readonly Document[]): void {
  const { context } = mingo();
  for (const name of stages.map(stageName)) {
    if (name === "$lookup" || context.getOperator("pipeline" as never, name)) continue;
    throw new MongoError("Location40324", `Unrecognized pipeline stage name: '${name}'`);
  }
}

function runSome(steps: Steps, stages: readonly Document[], running: Running): Steps {
  const [stage = {}] = stages;
  const name = stageName(stage);
  if (oneByOne.has(name)) return transformed(steps, stages, running);
  if (name === "$limit") return limited(steps, countOf(name, stage[name]));
  if (name === "$skip") return skipped(steps, countOf(name, stage[name]));
  if (name === "$group") {
    return grouped(steps, new Grouping(stage[name], running.options as never), running);
  }
  return allAtOnce(steps, stage, running);
}

function* transformed(steps: Steps, stages: readonly Document[], running: Running): Steps {
  const aggregator = aggregatorOf(stages, running);
  const atOnce = stages.some((stage) => slow.has(stageName(stage))) ? 1 : takenAtOnce;
  // So that a mistake in the stages is told even if there is no document.
  aggregator.stream([]).next();
  let taken: Document[] = [];
  for (const document of steps) {
    if (document) taken.push(document);
    else yield undefined;
    if (taken.length < atOnce) continue;
    yield* aggregator.stream(taken) as Iterable<Document>;
    taken = [];
    yield* breakIfDue(running);
  }
  yield* aggregator.stream(taken) as Iterable<Document>;
}

function* limited(steps: Steps, limit: number): Steps {
  let given = 0;
  for (const document of steps) {
    yield document;
    if (document) given += 1;
    if (given >= limit) return;
  }
}

function* skipped(steps: Steps, skip: number): Steps {
  let seen = 0;
  for (const document of steps) {
    if (document) seen += 1;
    if (!document || seen > skip) yield document;
  }
}

function* grouped(steps: Steps, grouping: Grouping, running: Running): Steps {
  let seen = 0;
  for (const document of steps) {
    if (!document) {
      yield undefined;
      continue;
    }
    grouping.add(document);
    seen += 1;
    if (seen % takenAtOnce === 0) yield* breakIfDue(running);
  }
  for (const result of grouping.results()) {
    yield result;
    yield* breakIfDue(running);
  }
}

/** The library needs all documents before it gives the first. */
function* allAtOnce(steps: Steps, stage: Document, running: Running): Steps {
  const all: Document[] = [];
  for (const document of steps) {
    if (document) all.push(document);
    else yield undefined;
  }
  const results = aggregatorOf([stage], running).stream(watched(all, running));
  for (const result of results as Iterable<Document>) {
    yield result;
    yield* breakIfDue(running);
  }
}

/** No break is possible while the library reads, but an end. */
function* watched(documents: readonly Document[], { turns }: Running): Generator<Document> {
  for (const [at, document] of documents.entries()) {
    if (at % takenAtOnce === 0) turns?.isOver();
    yield document;
  }
}

function* breakIfDue({ turns }: Running): Generator<undefined> {
  if (!turns?.isOver()) return;
  yield undefined;
  turns.begin();
}

function aggregatorOf(stages: readonly Document[], { options }: Running) {
  return new (mingo().Aggregator)([...stages], options as never);
}
