import { setTimeout as sleep } from "node:timers/promises";
import type { Route } from "./routes.ts";

/** What became of one request. */
export interface Outcome {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly verdict: "right" | "failed" | "wrong";
  readonly tookMs: number;
}

/** What became of the requests of each route, by its path. */
export type Outcomes = ReadonlyMap<string, readonly Outcome[]>;

export interface LoadSettings {
  readonly url: string;
  readonly routes: readonly Route[];
  /** Requests a second, of all routes in turn. */
  readonly rate: number;
  readonly durationMs: number;
  /** How long an answer may take. */
  readonly patienceMs: number;
}

/** How many requests have been sent, so that no two of a run are the same. */
let sent = 0;

/** Asks each route in turn, each request when it is due, whatever became of those before; resolves with all answers. */
export async function load(settings: LoadSettings, signal: AbortSignal): Promise<Outcomes> {
  const { routes, rate, durationMs } = settings;
  const outcomes = new Map(routes.map(({ path }) => [path, [] as Outcome[]]));
  const underWay: Promise<void>[] = [];
  const startMs = performance.now();
  for (let index = 0; (index * 1_000) / rate < durationMs; index += 1) {
    const waitMs = startMs + (index * 1_000) / rate - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    const route = routes[index % routes.length];
    if (!route) continue;
    underWay.push(
      ask(route, settings, signal).then((outcome) => void outcomes.get(route.path)?.push(outcome)),
    );
  }
  await Promise.all(underWay);
  signal.throwIfAborted();
  return outcomes;
}

/** Asks a route once. */
export async function ask(
  { path, method, status = 200, answer, ...route }: Route,
  { url, patienceMs }: Pick<LoadSettings, "url" | "patienceMs">,
  signal: AbortSignal,
): Promise<Outcome> {
  const startMs = performance.now();
  const index = sent++;
  const query = route.query ? `?${new URLSearchParams(route.query(index))}` : "";
  const body = route.form && new URLSearchParams(route.form(index));
  const isRight = route.judge?.(index) ?? (() => true);
  const end = (status: number, verdict: Outcome["verdict"]): Outcome => {
    return { status, verdict, tookMs: performance.now() - startMs };
  };
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const response = await fetch(`${url}${path}${query}`, {
      ...{ method, signal: patience, redirect: "manual" },
      ...(body ? { body } : {}),
    });
    const text = await response.text();
    if (response.status !== status) return end(response.status, "failed");
    return end(status, answer.test(text) && isRight(text) ? "right" : "wrong");
  } catch {
    // Refused, cut or too late: to whoever asks it is all the same.
    return end(0, "failed");
  }
}

/** The middle of the times that answers took, in milliseconds; of failures too. */
export function medianMs(outcomes: readonly Outcome[]): number {
  const times = outcomes.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? 0;
}

/** Share of requests that failed or were answered wrongly. */
export function failedShare(outcomes: readonly Outcome[]): number {
  if (outcomes.length === 0) return 0;
  return outcomes.filter(({ verdict }) => verdict !== "right").length / outcomes.length;
}
