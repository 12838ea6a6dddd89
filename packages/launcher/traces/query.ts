import { RequestError } from "../request-error.ts";
import type { TraceQuery } from "./recent-traces.ts";

const limitDefault = 100;
const limitMax = 1_500;
const lookbackDefaultUs = 3_600_000_000;

const unitsUs: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/** The parameters of Jaeger's `/api/traces`. `start` and `end`, in microseconds, weigh more than `lookback`. */
export function parseTraceQuery(parameters: URLSearchParams, nowUs: number): TraceQuery {
  const service = parameters.get("service");
  if (!service) throw new RequestError(400, "parameter 'service' is required");
  const toUs = wholeNumber(parameters, "end") ?? nowUs;
  return {
    service,
    operation: parameters.get("operation") || undefined,
    fromUs:
      wholeNumber(parameters, "start") ??
      toUs - (duration(parameters, "lookback") ?? lookbackDefaultUs),
    toUs,
    minDurationUs: duration(parameters, "minDuration"),
    maxDurationUs: duration(parameters, "maxDuration"),
    tags: tags(parameters.get("tags")),
    limit: Math.min(wholeNumber(parameters, "limit") ?? limitDefault, limitMax),
  };
}

function wholeNumber(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name);
  if (!value) return undefined;
  if (/^\d{1,16}$/.test(value)) return Number(value);
  throw new RequestError(400, `${name} must be a whole number`);
}

/** `300s`, `1h`, `100ms`; `custom` is what Jaeger's page says beside `start` and `end`. */
function duration(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name);
  if (!value || value === "custom") return undefined;
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(value) ?? [];
  const unitUs = unitsUs[unit];
  if (digits && unitUs) return Number(digits) * unitUs;
  throw new RequestError(400, `${name} must be a duration such as 300s or 1h`);
}

function tags(value: string | null): Readonly<Record<string, string>> {
  if (!value) return {};
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === "object" && parsed !== null) {
      return Object.fromEntries(Object.entries(parsed).map(([key, tag]) => [key, String(tag)]));
    }
  } catch {
    // Said below.
  }
  throw new RequestError(400, 'tags must be a JSON object such as {"error":"true"}');
}
