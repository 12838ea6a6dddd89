import type { Overrides } from "./overrides.ts";
import type { Disturbance } from "./proxy/disturbance.ts";
import { RequestError } from "./request-error.ts";

const delayMaxMs = 600_000;
const entriesMax = 64;

/** What a request's body says of a start; an empty body says nothing. */
export function parseOverrides(body: unknown): Overrides {
  const { program, env, args, port, ...rest } = record(body);
  assertNothingElse(rest);
  return {
    ...(program === undefined ? {} : { program: text("program", program) }),
    ...(env === undefined ? {} : { env: variables(env) }),
    ...(args === undefined ? {} : { args: words(args) }),
    ...(port === undefined ? {} : { port: number("port", port, 1, 65_535) }),
  };
}

export function parseKill(body: unknown): "SIGKILL" | "SIGTERM" {
  const { signal = "SIGKILL", ...rest } = record(body);
  assertNothingElse(rest);
  if (signal === "SIGKILL" || signal === "SIGTERM") return signal;
  throw new RequestError(400, "signal must be SIGKILL or SIGTERM");
}

export interface EdgeRequest {
  readonly from: string;
  readonly to: string;
  readonly disturbance: Disturbance;
}

export function parseEdge(body: unknown): EdgeRequest {
  const { from, to, disturbance = {}, ...rest } = record(body);
  assertNothingElse(rest);
  return {
    from: text("from", from),
    to: text("to", to),
    disturbance: parseDisturbance(disturbance),
  };
}

function parseDisturbance(body: unknown): Disturbance {
  const { delayMs, jitterMs, stalls, refuses, share, ...rest } = record(body);
  assertNothingElse(rest);
  return {
    ...(delayMs === undefined ? {} : { delayMs: number("delayMs", delayMs, 0, delayMaxMs) }),
    ...(jitterMs === undefined ? {} : { jitterMs: number("jitterMs", jitterMs, 0, delayMaxMs) }),
    ...(share === undefined ? {} : { share: number("share", share, 0, 1) }),
    ...(stalls === true ? { stalls } : {}),
    ...(refuses === true ? { refuses } : {}),
  };
}

function record(value: unknown): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RequestError(400, "the body must be a JSON object");
  }
  return { ...value };
}

function assertNothingElse(rest: object): void {
  const names = Object.keys(rest);
  if (names.length > 0) throw new RequestError(400, `nothing is known of ${names}`);
}

function text(name: string, value: unknown): string {
  if (typeof value === "string" && value.length <= 200) return value;
  throw new RequestError(400, `${name} must be a text`);
}

function number(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw new RequestError(400, `${name} must be a number from ${min} to ${max}`);
}

function words(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length <= entriesMax && value.every(isText)) return value;
  throw new RequestError(400, "args must be a list of texts");
}

function variables(value: unknown): Readonly<Record<string, string | null>> {
  const entries = Object.entries(record(value));
  const fits = entries.every(
    ([name, entry]) => /^[A-Z][A-Z0-9_]*$/.test(name) && (entry === null || isText(entry)),
  );
  if (!fits || entries.length > entriesMax) {
    throw new RequestError(400, "env must be an object of variables, each a text or null");
  }
  return Object.fromEntries(entries.map(([name, entry]) => [name, isText(entry) ? entry : null]));
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= 4_096;
}
