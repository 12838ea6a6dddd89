import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { rateConnectionFailure } from "../rate-connection-failure.ts";
import type { Topology } from "../topology.ts";
import { startOwnApplication } from "./application.ts";
import { failedShare, load, medianMs, type Outcomes } from "./load.ts";
import type { FrontDoor, Route } from "./routes.ts";
import type { Subject } from "./subject.ts";
import { subjectOf } from "./subject-of.ts";
import { routeOfTrace, type SeenSpan, type SeenTrace, tracesOf } from "./telemetry.ts";

export interface TourSettings {
  readonly topology: Topology;
  readonly door: FrontDoor;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

/** Something was not as it had to be. The message says what. */
export class TourError extends Error {
  override readonly name = "TourError";
}

const requestsASecond = 12;
const phaseMs = 6_000;
const patienceMs = 10_000;
const appearDeadlineMs = 20_000;
const healthyDeadlineMs = 30_000;
const undoDeadlineMs = 30_000;
const fault: Fault = rateConnectionFailure;
const brokenPath = "/hotels";

/**
 * What a newcomer sees first: an application starts, works, is broken, shows it in answers, a log line and a trace,
 * is mended, works and is stopped. Rejects with a `TourError` if it shows anything else; it leaves nothing behind.
 */
export async function tour(settings: TourSettings, signal: AbortSignal): Promise<void> {
  const { topology, door, environment, say } = settings;
  say(
    `1. Starting ${topology.name}: ${Object.keys(topology.services).length} services with their stores, on free ports.`,
  );
  const application = await startOwnApplication({ app: topology.name, environment }, signal);
  const { dataDirectory } = application;
  try {
    const subject = await subjectOf({ topology, door, environment, dataDirectory }, signal);
    say(`   It is ready: ${subject.frontDoor.url}`);
    // The first requests open connections, and would make the figures look worse than they are.
    await phase(subject, { durationMs: 2_000 }, signal);
    await showHealthy(subject, { title: "2. Healthy, under a gentle load:", say }, signal);
    try {
      await showBroken(subject, say, signal);
    } finally {
      await subject.injector.recover(fault.name, AbortSignal.timeout(undoDeadlineMs));
    }
    say("\n7. Recovered. In a moment, everything is as before:");
    await untilHealthy(subject, signal);
    await showHealthy(subject, { title: "", say }, signal);
  } finally {
    await application.close();
  }
  say(
    "\n8. Everything is stopped, and nothing is left. Now you: npm start, and npm run fault -- list",
  );
}

async function showHealthy(
  subject: Subject,
  { title, say }: { title: string; say: TourSettings["say"] },
  signal: AbortSignal,
): Promise<void> {
  const outcomes = await phase(subject, { durationMs: phaseMs }, signal);
  if (title) say(`\n${title}`);
  for (const line of table(subject.routes, outcomes)) say(line);
  for (const [path, seen] of outcomes) {
    if (failedShare(seen) > 0) throw new TourError(`${path} failed though nothing is broken`);
  }
}

async function showBroken(
  subject: Subject,
  say: TourSettings["say"],
  signal: AbortSignal,
): Promise<void> {
  say(`\n3. Breaking it: ${fault.name}. ${fault.summary}`);
  await subject.injector.inject(fault.name, {}, signal);
  const fromMs = Date.now();
  await untilBroken(subject, signal);
  const outcomes = await phase(subject, { durationMs: phaseMs }, signal);
  say("\n4. The same load:");
  for (const line of table(subject.routes, outcomes)) say(line);
  for (const [path, seen] of outcomes) {
    const share = failedShare(seen);
    if (path === brokenPath ? share < 1 : share > 0)
      throw new TourError(`${path} failed in ${Math.round(share * 100)} % of its requests`);
  }
  say(`   GET ${brokenPath} → ${await answerOf(subject, signal)}`);
  say("\n5. What the service itself says:");
  say(`   ${await logLine(subject, signal)}`);
  say("\n6. One request, as its trace shows it:");
  for (const line of treeOf(await failingTrace(subject, fromMs, signal))) say(`   ${line}`);
}

function phase(
  { frontDoor, routes }: Subject,
  { durationMs }: { durationMs: number },
  signal: AbortSignal,
): Promise<Outcomes> {
  const settings = { url: frontDoor.url, routes, rate: requestsASecond, durationMs, patienceMs };
  return load(settings, signal);
}

/** A flag reaches every replica within a second. */
function untilBroken(subject: Subject, signal: AbortSignal): Promise<void> {
  const broken = async () => {
    const outcomes = await phase(subject, { durationMs: 500 }, signal);
    return failedShare(outcomes.get(brokenPath) ?? []) === 1;
  };
  return until(broken, `${brokenPath} did not fail`, appearDeadlineMs, signal);
}

function untilHealthy(subject: Subject, signal: AbortSignal): Promise<void> {
  const healthy = async () => {
    const outcomes = await phase(subject, { durationMs: 1_000 }, signal);
    return [...outcomes.values()].every((seen) => failedShare(seen) === 0);
  };
  return until(healthy, "it did not become healthy again", healthyDeadlineMs, signal);
}

async function answerOf({ frontDoor, routes }: Subject, signal: AbortSignal): Promise<string> {
  const route = routes.find(({ path }) => path === brokenPath);
  const query = new URLSearchParams(route?.query?.(0));
  const response = await fetch(`${frontDoor.url}${brokenPath}?${query}`, { signal });
  return `${response.status} ${(await response.text()).trim()}`;
}

async function logLine({ driver }: Subject, signal: AbortSignal): Promise<string> {
  let line: string | undefined;
  const found = async () => {
    const lines = await driver.log("rate", 1_000, signal);
    line = lines.findLast((candidate) => candidate.includes("27777"));
    return line !== undefined;
  };
  await until(found, "the log of rate does not say so", appearDeadlineMs, signal);
  return line ?? "";
}

async function failingTrace(
  { api, frontDoor }: Subject,
  fromMs: number,
  signal: AbortSignal,
): Promise<SeenTrace> {
  let failing: SeenTrace | undefined;
  const found = async () => {
    if (!api) throw new TourError("there are no traces to look at");
    const traces = await tracesOf(
      api,
      { service: frontDoor.tracedAs, fromMs, toMs: Date.now() },
      signal,
    );
    failing = traces.find(
      (trace) =>
        routeOfTrace(trace) === brokenPath &&
        trace.some(({ service, failed }) => failed && service === "rate"),
    );
    return failing !== undefined;
  };
  await until(found, "no trace shows the failure", appearDeadlineMs, signal);
  return failing ?? [];
}

async function until(
  isSo: () => Promise<boolean>,
  otherwise: string,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new TourError(otherwise);
    await sleep(100, undefined, { signal });
  }
}

function table(routes: readonly Route[], outcomes: Outcomes): readonly string[] {
  const width = Math.max(...routes.map(({ path }) => path.length));
  const rows = routes.map(({ path }) => {
    const seen = outcomes.get(path) ?? [];
    const failed = seen.filter(({ verdict }) => verdict !== "right").length;
    const cells = [path.padEnd(width), seen.length, seen.length - failed, failed];
    const [name, ...numbers] = [...cells, `${Math.round(medianMs(seen))} ms`];
    return `   ${name}${numbers.map((number) => String(number).padStart(9)).join("")}`;
  });
  const heads = ["asked", "right", "failed", "median"].map((head) => head.padStart(9)).join("");
  return [`   ${"route".padEnd(width)}${heads}`, ...rows];
}

/** The spans of a trace, each below the one that it is a part of. */
function treeOf(trace: SeenTrace): readonly string[] {
  const below = (parent: SeenSpan, depth: number): readonly string[] => [
    lineOf(parent, depth),
    ...trace
      .filter(({ parentId }) => parentId === parent.id)
      .flatMap((span) => below(span, depth + 1)),
  ];
  return trace.filter(({ isRoot }) => isRoot).flatMap((root) => below(root, 0));
}

function lineOf({ service, operation, failed, durationMs, tags }: SeenSpan, depth: number): string {
  const name = `${"  ".repeat(depth)}${service}: ${operation}`;
  const why = failed ? `  FAILED ${tags["otel.status_description"] ?? ""}` : "";
  return `${name.padEnd(72)}${durationMs.toFixed(1).padStart(8)} ms${why}`.trimEnd();
}
