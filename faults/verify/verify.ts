import { DriverError } from "../driver.ts";
import { launcherApi } from "../drivers/launcher-api.ts";
import { createLocalDriver } from "../drivers/local.ts";
import type { Fault } from "../fault.ts";
import { Injector } from "../injector.ts";
import { ParameterError } from "../parameters.ts";
import type { Topology } from "../topology.ts";
import { startOwnApplication } from "./application.ts";
import type { Check } from "./check.ts";
import { routesOf } from "./routes.ts";
import { type Subject, verifyOne } from "./verify-one.ts";

export interface VerifySettings {
  readonly topology: Topology;
  readonly faults: readonly Fault[];
  /** Of an application that runs, with all of its requests traced; left out, one is started and ended again. */
  readonly dataDirectory?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** Say every check, and not only those that do not hold. */
  readonly verbose?: boolean;
}

export interface Verified {
  readonly fault: string;
  readonly checks: readonly Check[];
  /** Why it does not concern this application. */
  readonly skipped?: string;
}

/** Verifies faults one after the other. Ends in good order when the signal aborts, and rejects then. */
export async function verifyFaults(
  settings: VerifySettings,
  signal: AbortSignal,
): Promise<readonly Verified[]> {
  const { topology, environment, say } = settings;
  const own = settings.dataDirectory
    ? undefined
    : await startOwnApplication({ app: topology.name, environment }, signal);
  const dataDirectory = settings.dataDirectory ?? own?.dataDirectory ?? "";
  try {
    const subject = await subjectOf(settings, dataDirectory, signal);
    const verified: Verified[] = [];
    for (const fault of settings.faults) {
      const startMs = Date.now();
      const found = await tried(fault, subject, signal);
      verified.push(found);
      say(`${conclusionOf(found)}, ${Math.round((Date.now() - startMs) / 1_000)} s`);
    }
    return verified;
  } finally {
    await own?.close();
  }
}

/** Whether everything was as it must be. */
export function isVerified({ checks }: Verified): boolean {
  return checks.every(({ holds }) => holds);
}

async function tried(fault: Fault, subject: Subject, signal: AbortSignal): Promise<Verified> {
  try {
    return { fault: fault.name, checks: await verifyOne(fault, subject, signal) };
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    return { fault: fault.name, checks: [], skipped: error.message };
  }
}

async function subjectOf(
  { topology, environment, say, verbose = false }: VerifySettings,
  dataDirectory: string,
  signal: AbortSignal,
): Promise<Subject> {
  const driver = createLocalDriver({ dataDirectory });
  const api = launcherApi(dataDirectory);
  const routes = routesOf[topology.name];
  if (!routes) throw new DriverError(`no routes of ${topology.name} are known to ask`);
  return {
    ...{ topology, driver, api, dataDirectory, routes, environment },
    injector: new Injector({ topology, driver, dataDirectory, by: "verify" }),
    frontDoor: await frontDoorOf(api, signal),
    onCheck(found) {
      if (verbose || !found.holds) say(`  ${lineOf(found)}`);
    },
  };
}

async function frontDoorOf(
  api: ReturnType<typeof launcherApi>,
  signal: AbortSignal,
): Promise<Subject["frontDoor"]> {
  // The launcher's `ServerStatus`.
  const { servers } = (await api.get("/api/status", signal)) as {
    servers: { name: string; kind: string; url: string; metricsPort: number }[];
  };
  const door = servers.find(({ kind }) => kind === "front door");
  if (!door) throw new DriverError("the application has no front door");
  const metricsUrl = `http://127.0.0.1:${door.metricsPort}/metrics`;
  return { name: door.name, url: door.url, metricsUrl };
}

function conclusionOf(found: Verified): string {
  const { fault, checks, skipped } = found;
  if (skipped) return `-  ${fault}: not for this application: ${skipped}`;
  const holding = checks.filter(({ holds }) => holds).length;
  return `${isVerified(found) ? "ok" : "NO"} ${fault}: ${holding} of ${checks.length} hold`;
}

function lineOf({ says, holds, figures }: Check): string {
  return `${holds ? "ok" : "NO"} ${says}${figures ? ` (${figures})` : ""}`;
}
