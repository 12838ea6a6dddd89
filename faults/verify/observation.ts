import { setTimeout as sleep } from "node:timers/promises";
import { type Check, check } from "./check.ts";
import type { Expected } from "./expected.ts";
import type { Outcomes } from "./load.ts";
import { metricsAt, serverErrors, sumOf } from "./metrics.ts";
import type { Subject } from "./subject.ts";
import { routeOfTrace, type SeenTrace, traceFigures, tracesOf } from "./telemetry.ts";

const appearDeadlineMs = 60_000;
const lookEveryMs = 250;
const logLinesMax = 1_000;

/** Does something under load, and compares its answers with what metrics, traces and logs say about that time. */
export async function observed(
  work: () => Promise<Outcomes>,
  { subject, expected, signal }: { subject: Subject; expected: Expected; signal: AbortSignal },
): Promise<{ readonly outcomes: Outcomes; readonly checks: readonly Check[] }> {
  const metricsOf = async (server: string) => {
    // Looked up anew: what is made anew may be somewhere else.
    const found = (await subject.driver.servers(signal)).find(({ name }) => name === server);
    return found?.metricsUrl ? metricsAt(found.metricsUrl, signal) : new Map<string, number>();
  };
  const figures = async () => ({
    door: await metricsOf(subject.frontDoor.name),
    figure: await metricsOf(expected.metric?.server ?? ""),
  });
  const before = await figures();
  const fromMs = Date.now();
  const outcomes = await work();
  const time = { fromMs, toMs: Date.now() };
  const after = await figures();
  const context = { subject, expected, signal };
  const checks = [
    ...errorChecks(subject, outcomes, { before: before.door, after: after.door }),
    ...figureChecks(expected, { before: before.figure, after: after.figure }),
    ...(await traceChecks({ ...time, outcomes }, context)),
    ...(await logChecks(context)),
  ];
  return { outcomes, checks };
}

interface Figures {
  readonly before: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, number>;
}

interface Context {
  readonly subject: Subject;
  readonly expected: Expected;
  readonly signal: AbortSignal;
}

/** The front door counts every error that it has answered, and none on a route that answered none. */
function errorChecks({ routes }: Subject, outcomes: Outcomes, figures: Figures): Check[] {
  return routes.map(({ path }) => {
    const seen = outcomes.get(path) ?? [];
    const answered = seen.filter(({ status }) => status >= 500).length;
    // Who asked and left before there was an answer cannot tell which one it would have been.
    const unheard = seen.filter(({ status }) => status === 0).length;
    const counted = serverErrors(figures.after, path) - serverErrors(figures.before, path);
    const holds = counted >= answered && counted <= answered + unheard;
    return check(`metrics count the errors of ${path}`, holds, `${counted} of ${answered}`);
  });
}

function figureChecks({ metric }: Expected, { before, after }: Figures): Check[] {
  if (!metric) return [];
  const { server, name, growsBy, reaches } = metric;
  const [was, is] = [sumOf(before, name), sumOf(after, name)];
  const holds = growsBy === undefined ? is >= (reaches ?? 0) : is - was >= growsBy;
  const says = `${name.source.slice(1)} of ${server} ${growsBy ? `grows by ${growsBy}` : `reaches ${reaches}`}`;
  return [check(says, holds, `${was} → ${is}`)];
}

/** Requests that suffered have traces that show the call it is about; the traces of healthy routes have no error. */
async function traceChecks(
  { outcomes, ...time }: { readonly fromMs: number; readonly toMs: number; outcomes: Outcomes },
  { subject, expected, signal }: Context,
): Promise<Check[]> {
  const { api } = subject;
  if (!api) return [];
  const sign = traceSign(expected);
  const wanted = { service: subject.frontDoor.tracedAs, ...time };
  const { traces, telling } = await until(
    async () => {
      const found = await tracesOf(api, wanted, signal);
      return { traces: found, telling: sign ? found.filter(sign.shows) : [] };
    },
    ({ telling }) => !sign || telling.length > 0,
    signal,
  );
  const spared = subject.routes.filter((route) => !expected.suffers(route)).map(({ path }) => path);
  const stray = traces.filter(
    (trace) => spared.includes(routeOfTrace(trace)) && trace.some(({ failed }) => failed),
  );
  const answered = [...outcomes.values()].flat().filter(({ status }) => status > 0).length;
  const shown = traceFigures({ telling: telling.length, traces: traces.length, answered });
  return [
    ...(sign ? [check(sign.says, telling.length > 0, shown)] : []),
    check("no trace of a spared route has an error", stray.length === 0, `${stray.length}`),
  ];
}

/** What in a trace shows the symptom; nothing where the answers are right and in time. */
function traceSign({ failing, slowerMs, service = "", aheadMs, silent }: Expected) {
  if (silent) return undefined;
  // A store has no spans of its own; whoever uses it has.
  const about = service.replace(/^(mongodb|memcached)-/, "");
  const isAbout = (tags: Readonly<Record<string, unknown>>) =>
    about === "*" || String(tags["server.service.name"] ?? "").endsWith(about);
  if (failing[0] > 0) {
    const shows = (trace: SeenTrace) => trace.some(({ failed, tags }) => failed && isAbout(tags));
    return { says: `traces show failed calls to ${about}`, shows };
  }
  if (slowerMs > 0) {
    const shows = (trace: SeenTrace) =>
      trace.some(({ durationMs, tags }) => durationMs >= slowerMs && isAbout(tags));
    return { says: `traces show slow calls to ${about}`, shows };
  }
  if (!aheadMs) return undefined;
  const shows = (trace: SeenTrace) => {
    const root = trace.find(({ isRoot }) => isRoot);
    return trace.some(
      (span) =>
        span.service === aheadMs.service && span.startMs - (root?.startMs ?? 0) >= aheadMs.by,
    );
  };
  return { says: `traces show ${aheadMs.service} in another time`, shows };
}

async function logChecks({ subject, expected: { log }, signal }: Context): Promise<Check[]> {
  if (!log) return [];
  const line = await until(
    async () => {
      const lines = await subject.driver.log(log.server, logLinesMax, signal);
      return lines.findLast((candidate) => log.says.test(candidate));
    },
    (found) => found !== undefined,
    signal,
  );
  return [check(`the log of ${log.server} says so`, line !== undefined, line?.slice(0, 240))];
}

/** Looks until it is as it should be, or its time is over, and answers what was seen last. */
async function until<Seen>(
  look: () => Promise<Seen>,
  isEnough: (seen: Seen) => boolean,
  signal: AbortSignal,
): Promise<Seen> {
  const endMs = Date.now() + appearDeadlineMs;
  for (;;) {
    const seen = await look();
    if (isEnough(seen) || Date.now() >= endMs) return seen;
    await sleep(lookEveryMs, undefined, { signal });
  }
}
