import type { Child, ChildState, Exit } from "./child.ts";
import { injectFault, listInjections, recoverFault } from "./fault-routes.ts";
import type { Launch } from "./launch.ts";
import { logTail } from "./log-tail.ts";
import type { Operations } from "./operations.ts";
import { parseEdge, parseKill, parseOverrides } from "./parse-request.ts";
import { RequestError } from "./request-error.ts";
import type { ServerKind } from "./server-plan.ts";
import { jaegerTrace } from "./traces/jaeger.ts";
import { spansOf } from "./traces/otlp.ts";
import { parseTraceQuery } from "./traces/query.ts";
import type { RecentTraces } from "./traces/recent-traces.ts";

/** What `GET /api/status` answers. */
export interface Status {
  readonly app: string;
  readonly startedAtMs: number;
  readonly servers: readonly ServerStatus[];
}

export interface ServerStatus {
  readonly name: string;
  readonly kind: ServerKind;
  readonly state: ChildState;
  /** How many processes there shall be, and how many are ready for work. */
  readonly desired: 0 | 1;
  readonly available: 0 | 1;
  /** It was started with overrides. */
  readonly changed: boolean;
  readonly url: string;
  /** Where it listens itself, also while something else stands at its planned port. */
  readonly port: number;
  readonly metricsPort: number | null;
  readonly pid: number | null;
  readonly restarts: number;
  readonly startedAtMs: number;
  readonly lastExit: Exit | null;
}

/** The application as routes see it, as soon as it is being started. */
export interface Running {
  readonly app: string;
  readonly launch: Pick<Launch, "children" | "dataDirectory" | "startedAtMs">;
  readonly operations: Operations;
}

export interface RouteContext {
  /** Throws a `RequestError` while there is none. */
  running(): Running;
  readonly traces: RecentTraces;
  /** What stands at the `{…}` of the path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined without a body. */
  readonly body: unknown;
}

export interface Route {
  /** Changes something, or tells what was changed on purpose: wants the token. */
  readonly guarded?: true;
  answer(context: RouteContext): unknown;
}

const linesDefault = 100;
const linesMax = 10_000;
const servicesOfTrace = (names: readonly unknown[]) => ({ data: names, total: names.length });

/** Every route by its method and path; `{name}` stands for one segment. */
export const routes: Readonly<Record<string, Route>> = {
  "DELETE /api/edges/{from}/{to}": operation(({ operations }, { parameters }) =>
    operations.leave({ from: parameters.from ?? "", to: parameters.to ?? "" }),
  ),
  "GET /api/edges": {
    guarded: true,
    answer: ({ running }) => ({ edges: running().operations.edges }),
  },
  "GET /api/faults": listInjections,
  "GET /api/servers/{name}/log": { answer: logOf },
  "GET /api/services": { answer: ({ traces }) => servicesOfTrace(traces.services) },
  "GET /api/services/{name}/operations": {
    answer: ({ traces, parameters }) => servicesOfTrace(traces.operations(parameters.name ?? "")),
  },
  "GET /api/status": { answer: ({ running }) => statusOf(running()) },
  "GET /api/traces": { answer: findTraces },
  "GET /api/traces/{id}": { answer: oneTrace },
  "POST /api/edges": operation(({ operations }, { body }) => operations.disturb(parseEdge(body))),
  "POST /api/faults/{name}/inject": injectFault,
  "POST /api/faults/{name}/recover": recoverFault,
  "POST /api/servers/{name}/kill": operation(({ operations }, { parameters, body }) =>
    operations.kill(parameters.name ?? "", parseKill(body)),
  ),
  "POST /api/servers/{name}/pause": operation(({ operations }, { parameters }) =>
    operations.pause(parameters.name ?? ""),
  ),
  "POST /api/servers/{name}/restart": operation(({ operations }, { parameters, body }) =>
    operations.restart(parameters.name ?? "", parseOverrides(body)),
  ),
  "POST /api/servers/{name}/resume": operation(({ operations }, { parameters }) =>
    operations.resume(parameters.name ?? ""),
  ),
  "POST /api/servers/{name}/start": operation(({ operations }, { parameters, body }) =>
    operations.start(parameters.name ?? "", parseOverrides(body)),
  ),
  "POST /api/servers/{name}/stop": operation(({ operations }, { parameters }) =>
    operations.stop(parameters.name ?? ""),
  ),
  // Without the token: services hand their spans over, and know no more than where to.
  "POST /v1/traces": {
    answer({ traces, body }) {
      traces.add(spansOf(body));
      return {};
    },
  },
};

/** Something that an operator does; the answer is the server's, or all servers', state after it. */
function operation(work: (running: Running, context: RouteContext) => Promise<void>): Route {
  return {
    guarded: true,
    async answer(context) {
      const running = context.running();
      await work(running, context);
      const child = running.launch.children.get(context.parameters.name ?? "");
      return child ? serverStatus(child) : { edges: running.operations.edges };
    },
  };
}

function statusOf({ app, launch }: Running): Status {
  const servers = [...launch.children.values()].map(serverStatus);
  return { app, startedAtMs: launch.startedAtMs, servers };
}

function serverStatus(child: Child): ServerStatus {
  const { plan, setup, overrides, state, pid, starts, startedAtMs, lastExit, desired } = child;
  return {
    ...{ name: plan.name, kind: plan.kind, state, url: setup.url, port: setup.port, startedAtMs },
    desired: desired ? 1 : 0,
    available: state === "ready" ? 1 : 0,
    changed: overrides !== undefined,
    metricsPort: plan.metricsPort ?? null,
    pid: pid ?? null,
    restarts: Math.max(0, starts - 1),
    lastExit: lastExit ?? null,
  };
}

function logOf({ running, parameters, query }: RouteContext): { lines: readonly string[] } {
  const child = running().launch.children.get(parameters.name ?? "");
  if (!child) throw new RequestError(404, `there is no server ${parameters.name}`);
  const count = Number(query.get("lines") ?? linesDefault);
  if (!Number.isInteger(count) || count < 1 || count > linesMax) {
    throw new RequestError(400, `lines must be a whole number from 1 to ${linesMax}`);
  }
  return { lines: logTail(child.logPath, count) };
}

function findTraces({ traces, query }: RouteContext) {
  const found = traces.find(parseTraceQuery(query, Date.now() * 1_000));
  return { data: found.map(jaegerTrace), total: found.length, limit: 0, offset: 0, errors: null };
}

function oneTrace({ traces, parameters }: RouteContext) {
  const found = traces.trace((parameters.id ?? "").padStart(32, "0"));
  if (!found) throw new RequestError(404, "trace not found");
  return { data: [jaegerTrace(found)], total: 1, limit: 0, offset: 0, errors: null };
}
