// k6 run hotel.ts -e RATE=200 -e DURATION=1m
//
// The traffic of the original's workload, open-loop, with a check of every answer. README.md lists the parameters.
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter } from "k6/metrics";
import type { Options, Scenario } from "k6/options";
import { type Base, bases } from "./hotel/bookings.ts";
import { hotelMix } from "./hotel/mix.ts";
import { ReplayedBookings } from "./hotel/replayed-bookings.ts";
import { requestAt } from "./journey.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

const baseUrl = __ENV.BASE_URL || "http://127.0.0.1:5000";
const rate = wholeNumber("RATE", 100);
const duration = __ENV.DURATION || "30s";
const ramp = __ENV.RAMP || "";
const virtualUsers = wholeNumber("VUS", 256);
const seed = wholeNumber("SEED", 1);
const deadline = __ENV.DEADLINE || "10s";
const base = baseOf(__ENV.BASE || "fresh");
const allowFailures = (__ENV.ALLOW_FAILURES || "") !== "";
const operations = hotelMix.map(({ operation }) => operation);

export const options: Options = {
  scenarios: { hotel: ramp === "" ? constantRate() : rampedRate() },
  summaryTrendStats: ["min", "med", "p(90)", "p(99)", "p(99.9)", "max"],
  thresholds: {
    wrong_answers: ["count==0"],
    dropped_iterations: ["count==0"],
    ...(allowFailures ? {} : { checks: ["rate==1"], http_req_failed: ["rate==0"] }),
    // They always hold; k6 sums up an operation of its own only if it has a threshold.
    ...Object.fromEntries(
      operations.flatMap((operation) => [
        [`wrong_answers{operation:${operation}}`, ["count>=0"]],
        [`http_req_duration{operation:${operation}}`, ["max>=0"]],
      ]),
    ),
  },
};

const wrongAnswers = new Counter("wrong_answers");
const bookings = new ReplayedBookings({ base, seed, begun });
const namedMax = 5;
let named = 0;

/** One request of the mix. The number of the iteration decides which; no two virtual users have the same. */
export function visit(): void {
  const index = exec.scenario.iterationInTest;
  const { operation, method, target, expect } = requestAt(hotelMix, seed, index);
  const judge = expect(bookings);
  // Without a name of its own, every URL would be a series of its own.
  const tags = { operation, name: target.slice(0, target.indexOf("?")) };
  const { status, body } = http.request(method, `${baseUrl}${target}`, null, {
    ...{ tags, timeout: deadline, responseType: "text" as const },
  });

  const verdict: Verdict =
    status === 0
      ? { kind: "failed", failure: "no answer" }
      : verdictOn({ status, body: body ?? "" }, judge);
  check(verdict, { [`${operation}: the answer is right`]: ({ kind }) => kind === "ok" }, tags);
  wrongAnswers.add(verdict.kind === "wrong" ? 1 : 0, tags);
  if (verdict.kind === "wrong" && named < namedMax) {
    named++;
    console.error(`wrong answer to ${operation} (request ${index}): ${verdict.complaint}`);
  }
}

/** What a person reads at the end; with SUMMARY=file also everything k6 has measured, for machines. */
export function handleSummary(data: Summary): Record<string, string> {
  const machines = __ENV.SUMMARY ? { [__ENV.SUMMARY]: JSON.stringify(data, null, 2) } : {};
  return { stdout: summaryText(data), ...machines };
}

interface Summary {
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>;
}

function summaryText({ metrics }: Summary): string {
  const value = (metric: string, name: string) => metrics[metric]?.values[name] ?? 0;
  const lines = operations.map((operation) => {
    const own = (name: string) => value(`http_req_duration{operation:${operation}}`, name);
    const wrong = value(`wrong_answers{operation:${operation}}`, "count");
    const times = `p50 ${own("med").toFixed(1)} ms, p99 ${own("p(99)").toFixed(1)} ms`;
    return `  ${operation.padEnd(10)} ${times}, ${wrong === 0 ? "all right" : `${wrong} WRONG ANSWERS`}`;
  });
  const requests = value("http_reqs", "count");
  const failed = (value("http_req_failed", "rate") * requests).toFixed(0);
  const dropped = value("dropped_iterations", "count");
  const total = value("wrong_answers", "count");
  return [
    `hotel at ${baseUrl}: ${requests} requests, ${failed} failed, ${dropped} not started, ${total} wrong`,
    ...lines,
    "",
  ].join("\n");
}

function constantRate(): Scenario {
  return {
    ...{ executor: "constant-arrival-rate", exec: "visit", rate, timeUnit: "1s", duration },
    ...{ preAllocatedVUs: virtualUsers, maxVUs: virtualUsers },
  };
}

/** Up, along and down again. */
function rampedRate(): Scenario {
  return {
    ...{ executor: "ramping-arrival-rate", exec: "visit", startRate: 0, timeUnit: "1s" },
    stages: [
      { target: rate, duration: ramp },
      { target: rate, duration },
      { target: 0, duration: ramp },
    ],
    ...{ preAllocatedVUs: virtualUsers, maxVUs: virtualUsers },
  };
}

/** Every active virtual user may have begun a request that is not among those ended. */
function begun(): number {
  const { iterationsCompleted, iterationsInterrupted, vusActive } = exec.instance;
  return iterationsCompleted + iterationsInterrupted + vusActive;
}

function wholeNumber(name: string, otherwise: number): number {
  const text = __ENV[name] || String(otherwise);
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`${name} must be a whole number, not "${text}"`);
}

function baseOf(text: string): Base {
  const found = bases.find((each) => each === text);
  if (found) return found;
  throw new Error(`BASE must be one of ${bases}, not "${text}"`);
}
