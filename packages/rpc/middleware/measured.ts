import { metricNames, attributes as names } from "@faultline/telemetry/attributes";
import type { Histogram, Labels, Metrics, Series } from "@faultline/telemetry/metrics";
import type { Call, Middleware } from "../call.ts";
import { type ServiceError, toServiceError } from "../errors.ts";
import { statusText } from "./outcome.ts";

interface Durations {
  readonly http: Histogram;
  readonly rpcServer: Histogram;
  readonly rpcClient: Histogram;
  readonly store: Histogram;
}

/** Counts every call and how long it took, by name and outcome. */
export function measured(metrics: Metrics): Middleware {
  const durations: Durations = {
    http: metrics.duration(metricNames.httpServerDuration, "Duration of HTTP requests answered."),
    rpcServer: metrics.duration(metricNames.rpcServerDuration, "Duration of calls answered."),
    rpcClient: metrics.duration(metricNames.rpcClientDuration, "Duration of calls made."),
    store: metrics.duration(metricNames.dbClientDuration, "Duration of store operations."),
  };
  const seriesOf = seriesFinder(durations);
  return async (call, next) => {
    const startMs = performance.now();
    try {
      const result = await next(call);
      seriesOf(call, undefined).record((performance.now() - startMs) / 1e3);
      return result;
    } catch (thrown) {
      seriesOf(call, toServiceError(thrown)).record((performance.now() - startMs) / 1e3);
      throw thrown;
    }
  };
}

type ByOutcome = Map<string, Series>;
type ByName = Map<string, ByOutcome>;

/** Names of calls are few, so a series is found by a few look-ups rather than by gluing its labels together. */
function seriesFinder(durations: Durations) {
  const known = { server: new Map<string, ByName>(), client: new Map<string, ByName>() };
  return (call: Call, error: ServiceError | undefined): Series => {
    const outcome = statusText(call, error);
    const byName = entryOf<ByName>(known[call.kind], call.peer ?? "");
    const byOutcome = entryOf<ByOutcome>(byName, nameOf(call));
    let series = byOutcome.get(outcome);
    if (!series) {
      series = histogramOf(durations, call).with(labelsOf(call, outcome, error));
      byOutcome.set(outcome, series);
    }
    return series;
  };
}

/** A contract may give several methods the same name in traces; they are counted apart all the same. */
function nameOf({ attributes, name }: Call): string {
  const method = attributes[names.rpcMethod];
  return typeof method === "string" ? method : name;
}

function entryOf<Entry extends Map<string, unknown>>(map: Map<string, Entry>, key: string): Entry {
  const known = map.get(key);
  if (known) return known;
  const entry = new Map() as Entry;
  map.set(key, entry);
  return entry;
}

function histogramOf(durations: Durations, call: Call): Histogram {
  if (call.system === "http") return durations.http;
  if (call.system !== "grpc" && call.system !== "thrift") return durations.store;
  return call.kind === "server" ? durations.rpcServer : durations.rpcClient;
}

function labelsOf(call: Call, outcome: string, error: ServiceError | undefined): Labels {
  const { attributes } = call;
  const peer = call.peer ? { [names.peerService]: call.peer } : {};
  if (call.system === "http") {
    return {
      [names.httpMethod]: String(attributes[names.httpMethod]),
      [names.httpRoute]: String(attributes[names.httpRoute]),
      [names.httpStatusCode]: outcome,
    };
  }
  if (call.system === "grpc" || call.system === "thrift") {
    const method = { [names.rpcSystem]: call.system, [names.rpcMethod]: nameOf(call) };
    return { ...method, ...peer, [names.rpcStatusCode]: outcome };
  }
  return {
    [names.dbSystem]: call.system,
    [names.dbOperation]: String(attributes[names.dbOperation] ?? call.name),
    [names.dbCollection]: String(attributes[names.dbCollection] ?? ""),
    ...peer,
    [names.errorType]: error ? outcome : "",
  };
}
