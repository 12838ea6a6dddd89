import type { TargetFacts } from "../catalogue-facts.ts";
import { type Check, check, percent } from "./check.ts";
import type { Expected } from "./expected.ts";
import { failedShare, medianMs, type Outcome, type Outcomes } from "./load.ts";
import type { Route } from "./routes.ts";

/** Without a fault, no request of any route fails. */
export function healthyChecks(when: string, outcomes: Outcomes): readonly Check[] {
  return [...outcomes].map(([path, seen]) =>
    check(`${path} is healthy ${when}`, failedShare(seen) === 0, figures(seen)),
  );
}

/** With it, those routes suffer that must, as much as they must, and no other. */
export function symptomChecks(
  expected: Expected,
  routes: readonly Route[],
  { healthy, symptom }: { healthy: Outcomes; symptom: Outcomes },
): readonly Check[] {
  const seen = routes.map((route) => {
    const [was, is] = [healthy.get(route.path) ?? [], symptom.get(route.path) ?? []];
    return { route, is, laterMs: Math.round(medianMs(is) - medianMs(was)) };
  });
  const spared = seen.filter(({ route }) => !expected.suffers(route));
  const suffering = seen.filter(({ route }) => expected.suffers(route));
  const suffered = suffering.map((one) => sufferedChecks(expected, one));
  const enough = expected.some
    ? suffered.filter((checks) => checks.every(({ holds }) => holds)).slice(0, 1)
    : suffered;
  return [
    ...spared.flatMap((one) => sparedChecks(expected, one)),
    ...(enough.length > 0 ? enough : suffered).flat(),
  ];
}

interface Seen {
  readonly route: Route;
  readonly is: readonly Outcome[];
  readonly laterMs: number;
}

function sufferedChecks({ failing, slowerMs }: Expected, { route, is, laterMs }: Seen): Check[] {
  const [least, most] = failing;
  const share = failedShare(is);
  const bounds = least === most ? percent(least) : `${percent(least)} to ${percent(most)}`;
  const fails = check(
    `${route.path} fails in ${bounds}`,
    is.length > 0 && share >= least && share <= most,
    figures(is),
  );
  if (slowerMs === 0) return [fails];
  // What is added is a lower bound however busy the machine is; what was there before is not.
  const tookMs = Math.round(medianMs(is));
  const isSlower = tookMs >= slowerMs && laterMs >= slowerMs / 2;
  const says = `${route.path} takes ${slowerMs} ms and more`;
  return [fails, check(says, isSlower, `${tookMs} ms, ${laterMs} ms later`)];
}

function sparedChecks({ slowerMs }: Expected, { route, is, laterMs }: Seen): Check[] {
  const healthy = check(`${route.path} stays healthy`, failedShare(is) === 0, figures(is));
  if (slowerMs === 0) return [healthy];
  const says = `${route.path} stays fast`;
  return [healthy, check(says, laterMs < slowerMs / 2, `${laterMs} ms later`)];
}

/** What the catalogue says of the standard mix, against the shares that the suffering routes have of it. */
export function shareCheck(
  { blast }: TargetFacts,
  expected: Expected,
  { routes, symptom }: { routes: readonly Route[]; symptom: Outcomes },
): Check {
  const sum = (part: (route: Route) => number) =>
    routes.reduce((total, route) => total + part(route), 0);
  const reached = sum((route) => (expected.suffers(route) ? route.weight : 0));
  const failed = sum((route) => route.weight * failedShare(symptom.get(route.path) ?? []));
  // The catalogue rounds to whole percents.
  const rounding = 0.01;
  return check(
    `at most ${percent(blast.share)} of the standard mix is touched (${blast.says})`,
    reached <= blast.share + rounding && failed <= blast.share + rounding,
    `${percent(reached)}, of which ${percent(failed)} fails`,
  );
}

function figures(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ verdict }) => verdict !== "right").length;
  return `${failed} of ${outcomes.length} failed, median ${Math.round(medianMs(outcomes))} ms`;
}
