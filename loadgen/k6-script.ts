import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter } from "k6/metrics";
import type { Options, Scenario } from "k6/options";
import { type Mix, requestAt } from "./journey.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** What makes the script of one application. */
export interface Subject<Knowledge> {
  readonly app: string;
  /** Its front door, if `BASE_URL` names no other. */
  readonly url: string;
  readonly mix: Mix<Knowledge>;
  /** What this virtual user knows of the application. */
  readonly knowledge: Knowledge;
}

/** What k6 wants of a script. */
export interface Script {
  readonly options: Options;
  /** One request of the mix. The number of the iteration decides which; no two virtual users have the same. */
  readonly visit: () => void;
  /** What a person reads at the end; with `SUMMARY=file` also everything k6 has measured, for machines. */
  readonly handleSummary: (data: Summary) => Record<string, string>;
}

interface Summary {
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>;
}

/** Which traffic; it is the same as the load's with this seed. */
export const seed = wholeNumber("SEED", 1);
const rate = wholeNumber("RATE", 100);
const duration = __ENV.DURATION || "30s";
const ramp = __ENV.RAMP || "";
const virtualUsers = wholeNumber("VUS", 256);
const deadline = __ENV.DEADLINE || "10s";
const allowFailures = (__ENV.ALLOW_FAILURES || "") !== "";
const namedMax = 5;

/** The traffic of an application, open-loop, with a check of every answer. README.md lists the parameters. */
export function scriptOf<Knowledge>(subject: Subject<Knowledge>): Script {
  const baseUrl = __ENV.BASE_URL || subject.url;
  const operations = subject.mix.map(({ operation }) => operation);
  return {
    options: optionsOf(subject.app, operations),
    visit: visitor(subject, baseUrl),
    handleSummary(data) {
      const machines = __ENV.SUMMARY ? { [__ENV.SUMMARY]: JSON.stringify(data, null, 2) } : {};
      const title = `${subject.app} at ${baseUrl}`;
      return { stdout: summaryText(data, title, operations), ...machines };
    },
  };
}

function optionsOf(app: string, operations: readonly string[]): Options {
  return {
    scenarios: { [app]: ramp === "" ? constantRate() : rampedRate() },
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
}

function visitor<Knowledge>({ mix, knowledge }: Subject<Knowledge>, baseUrl: string): () => void {
  const wrongAnswers = new Counter("wrong_answers");
  let named = 0;
  return () => {
    const index = exec.scenario.iterationInTest;
    const { operation, method, target, headers = {}, body, expect } = requestAt(mix, seed, index);
    const judge = expect(knowledge);
    // Without a name of its own, every URL would be a series of its own.
    const tags = { operation, name: target.split("?")[0] ?? "" };
    const response = http.request(method, `${baseUrl}${target}`, body ?? null, {
      ...{ headers, tags, timeout: deadline, responseType: "text" as const },
    });

    const verdict: Verdict =
      response.status === 0
        ? { kind: "failed", failure: "no answer" }
        : verdictOn({ status: response.status, body: response.body ?? "" }, judge);
    check(verdict, { [`${operation}: the answer is right`]: ({ kind }) => kind === "ok" }, tags);
    wrongAnswers.add(verdict.kind === "wrong" ? 1 : 0, tags);
    if (verdict.kind === "wrong" && named < namedMax) {
      named++;
      console.error(`wrong answer to ${operation} (request ${index}): ${verdict.complaint}`);
    }
  };
}

function summaryText({ metrics }: Summary, title: string, operations: readonly string[]): string {
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
    `${title}: ${requests} requests, ${failed} failed, ${dropped} not started, ${total} wrong`,
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

/** How many requests all virtual users may have begun: every active one may have begun one that has not ended. */
export function begun(): number {
  const { iterationsCompleted, iterationsInterrupted, vusActive } = exec.instance;
  return iterationsCompleted + iterationsInterrupted + vusActive;
}

function wholeNumber(name: string, otherwise: number): number {
  const text = __ENV[name] || String(otherwise);
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`${name} must be a whole number, not "${text}"`);
}
