import type { LauncherApi } from "../drivers/launcher-api.ts";

/** A span of a trace as Jaeger's query API gives it, as far as it is looked at here. */
export interface SeenSpan {
  readonly service: string;
  readonly operation: string;
  readonly failed: boolean;
  readonly isRoot: boolean;
  readonly id: string;
  /** Of the span that it is a part of; empty for the root. */
  readonly parentId: string;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly startMs: number;
  readonly durationMs: number;
}

export type SeenTrace = readonly SeenSpan[];

interface JaegerSpan {
  readonly operationName: string;
  readonly processID: string;
  readonly startTime: number;
  readonly duration: number;
  readonly spanID: string;
  readonly references: readonly { readonly spanID: string }[];
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
}

interface JaegerTrace {
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

const tracesMax = 1_500;

/** The traces of a front door that began in a span of time. */
export async function tracesOf(
  api: LauncherApi,
  { service, fromMs, toMs }: { service: string; fromMs: number; toMs: number },
  signal: AbortSignal,
): Promise<readonly SeenTrace[]> {
  const range = `start=${Math.floor(fromMs * 1_000)}&end=${Math.ceil(toMs * 1_000)}`;
  const path = `/api/traces?service=${service}&${range}&limit=${tracesMax}`;
  // Jaeger's shape, which the launcher's own tests hold it to.
  const { data } = (await api.get(path, signal)) as { data: readonly JaegerTrace[] };
  return data.map(({ spans, processes }) =>
    spans.map(({ spanID, operationName, processID, startTime, duration, references, tags }) => {
      const named = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
      return {
        service: processes[processID]?.serviceName ?? "",
        operation: operationName,
        failed: named.error === true,
        isRoot: references.length === 0,
        id: spanID,
        parentId: references[0]?.spanID ?? "",
        tags: named,
        startMs: startTime / 1_000,
        durationMs: duration / 1_000,
      };
    }),
  );
}

/** Less than this share of the requests traced is not by chance. */
const sampledShare = 0.5;

/** How many traces tell, of how many; and what to do if there are few because few requests are traced. */
export function traceFigures(seen: {
  readonly telling: number;
  readonly traces: number;
  readonly answered: number;
}): string {
  const { telling, traces, answered } = seen;
  const figures = `${telling} of ${traces} traces`;
  if (telling > 0 || traces >= Math.min(answered, tracesMax) * sampledShare) return figures;
  return `${figures} of ${answered} requests: start the application with JAEGER_SAMPLE_RATIO=1, which traces all`;
}

/** The path of the request that a trace is of. */
export function routeOfTrace(trace: SeenTrace): string {
  return String(trace.find(({ isRoot }) => isRoot)?.tags["http.route"] ?? "");
}
