import { expect, test } from "vitest";
import { none } from "../none.ts";
import { healthyChecks, shareCheck, symptomChecks } from "./answers.ts";
import type { Expected } from "./expected.ts";
import type { Outcome, Outcomes } from "./load.ts";
import type { Route } from "./routes.ts";

const route = (path: string, weight: number, ...reaches: string[]): Route => ({
  ...{ path, method: "GET" as const, weight, reaches, answer: /ok/ },
  query: () => ({}),
});
const routes = [route("/hotels", 0.6, "rate"), route("/user", 0.4, "user")];

const right: Outcome = { status: 200, verdict: "right", tookMs: 10 };
const failed: Outcome = { status: 500, verdict: "failed", tookMs: 10 };
const late: Outcome = { ...right, tookMs: 2_010 };
const wrong: Outcome = { ...right, verdict: "wrong" };

function outcomes(hotels: readonly Outcome[], user: readonly Outcome[]): Outcomes {
  return new Map([
    ["/hotels", hotels],
    ["/user", user],
  ]);
}
const healthy = outcomes([right, right], [right, right]);

function expected(signs: Partial<Expected> = {}): Expected {
  const suffers = ({ reaches }: Route) => reaches.includes("rate");
  return {
    facts: none.facts,
    catalogued: true,
    failing: [0, 0],
    slowerMs: 0,
    values: {},
    suffers,
    ...signs,
  };
}

function broken(signs: Partial<Expected>, symptom: Outcomes): readonly string[] {
  return symptomChecks(expected(signs), routes, { healthy, symptom })
    .filter(({ holds }) => !holds)
    .map(({ says }) => says);
}

test("a wrong answer is as bad as none", () => {
  const checks = healthyChecks("before", outcomes([right, wrong], [right, failed]));

  expect(checks.map(({ holds }) => holds)).toEqual([false, false]);
});

test("those that must fail do, as often as they must, and no other does", () => {
  const signs = { failing: [1, 1] as const };

  expect(broken(signs, outcomes([failed, failed], [right, right]))).toEqual([]);
  expect(broken(signs, outcomes([failed, right], [right, right]))).toEqual([
    "/hotels fails in 100 %",
  ]);
  expect(broken(signs, outcomes([failed, failed], [right, failed]))).toEqual([
    "/user stays healthy",
  ]);
});

test("those that must be slow are, and the others stay fast", () => {
  const signs = { slowerMs: 1_900 };

  expect(broken(signs, outcomes([late, late], [right, right]))).toEqual([]);
  expect(broken(signs, outcomes([right, right], [late, late]))).toEqual([
    "/user stays fast",
    "/hotels takes 1900 ms and more",
  ]);
});

test("on a machine where everything is slow, what is not slower by half does not count", () => {
  const before = outcomes([late, late], [right, right]);
  const checks = symptomChecks(expected({ slowerMs: 1_900 }), routes, {
    healthy: before,
    symptom: before,
  });

  expect(checks.filter(({ holds }) => !holds)).toHaveLength(1);
});

test("where one of several is enough, one is enough, and none is not", () => {
  const signs = { slowerMs: 1_900, some: true as const, suffers: () => true };

  expect(broken(signs, outcomes([right, right], [late, late]))).toEqual([]);
  expect(broken(signs, outcomes([right, right], [right, right]))).toHaveLength(2);
});

test("nothing asked shows nothing", () => {
  expect(broken({ failing: [1, 1] }, outcomes([], [right]))).toEqual(["/hotels fails in 100 %"]);
});

test("more of the standard mix than the catalogue says is too much", () => {
  const symptom = outcomes([failed], [right]);
  const facts = (share: number) => ({ ...none.facts, blast: { share, says: "/hotels" } });

  expect(shareCheck(facts(0.6), expected(), { routes, symptom }).holds).toBe(true);
  expect(shareCheck(facts(0.4), expected(), { routes, symptom }).holds).toBe(false);
});
