import { createLocalDriver } from "@faultline/faults/drivers/local";
import { type InjectOptions, Injector, InjectorError } from "@faultline/faults/injector";
import { ParameterError } from "@faultline/faults/parameters";
import { topologyOf } from "./apps.ts";
import type { Route, RouteContext } from "./control-routes.ts";
import { RequestError } from "./request-error.ts";

const deadlineMs = 120_000;
const forMaxMs = 86_400_000;

/** What is injected now. It is the answer to every riddle, so it wants the token like what changes something. */
export const listInjections: Route = {
  guarded: true,
  answer: async (context) => ({ injections: injectorOf(context).active }),
};

/** Begins a fault: `{ "parameters": { "share": 0.3 }, "targeting": {…}, "forMs": 60000 }`, all of which may be left out. */
export const injectFault: Route = {
  guarded: true,
  answer: (context) =>
    refusable(async () => {
      const options = parseInject(context.body);
      const injector = injectorOf(context);
      const name = context.parameters.name ?? "";
      const injection = await injector.inject(name, options, AbortSignal.timeout(deadlineMs));
      if (options.forMs !== undefined) recoverLater(injector, options.forMs);
      return injection;
    }),
};

export const recoverFault: Route = {
  guarded: true,
  answer: (context) =>
    refusable(async () => {
      const name = context.parameters.name ?? "";
      const signal = AbortSignal.timeout(deadlineMs);
      return { recovered: await injectorOf(context).recover(name, signal) };
    }),
};

function injectorOf({ running }: RouteContext): Injector {
  const { app, launch } = running();
  const topology = topologyOf(app);
  if (!topology) throw new RequestError(404, `there is no application ${app}`);
  const dataDirectory = launch.dataDirectory.path;
  const driver = createLocalDriver({ dataDirectory });
  return new Injector({ topology, driver, dataDirectory, by: "http" });
}

/** If this process ends before, whoever acts next finds that it is due. */
function recoverLater(injector: Injector, forMs: number): void {
  const timer = setTimeout(() => {
    // What cannot be recovered now stays among the injections, and its failure is in the journal.
    injector.recoverDue(AbortSignal.timeout(deadlineMs)).catch(() => {});
  }, forMs);
  timer.unref();
}

async function refusable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof InjectorError || error instanceof ParameterError;
    throw isRefusal ? new RequestError(400, error.message) : error;
  }
}

function parseInject(body: unknown = {}): InjectOptions {
  if (typeof body !== "object" || body === null)
    throw new RequestError(400, "the body must be an object");
  const { parameters, targeting, forMs, ...rest } = body as Record<string, unknown>;
  const [other] = Object.keys(rest);
  if (other !== undefined) throw new RequestError(400, `there is nothing called ${other}`);
  return {
    ...(parameters === undefined ? {} : { given: objectOf("parameters", parameters) }),
    ...(targeting === undefined ? {} : { targeting: objectOf("targeting", targeting) }),
    ...(forMs === undefined ? {} : { forMs: timeOf(forMs) }),
  };
}

function objectOf(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new RequestError(400, `${name} must be an object`);
}

function timeOf(value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= forMaxMs) return value;
  throw new RequestError(400, `forMs must be a number from 0 to ${forMaxMs}`);
}
