import { type Driver, DriverError, UnsupportedError } from "../driver.ts";
import type { Fault } from "../fault.ts";
import { ParameterError } from "../parameters.ts";
import type { Topology } from "../topology.ts";
import { startOwnApplication } from "./application.ts";
import { type Check, check } from "./check.ts";
import type { FrontDoor } from "./routes.ts";
import type { Subject } from "./subject.ts";
import { subjectOf } from "./subject-of.ts";
import { tryFault } from "./trial.ts";

export interface VerifySettings {
  readonly topology: Topology;
  readonly door: FrontDoor;
  /** Values of their parameters other than the usual ones. */
  readonly given?: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
  /** Of an application that runs, with all of its requests traced; left out, one is started and ended again. */
  readonly dataDirectory?: string;
  /** Of an application that no launcher has started: then nothing is asked about traces. */
  readonly driver?: Driver;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** Say every check, and not only those that do not hold. */
  readonly verbose?: boolean;
  /** How long each load lasts, in milliseconds. */
  readonly phaseMs?: number;
}

export interface Verified {
  readonly fault: string;
  readonly checks: readonly Check[];
  /** Why it does not concern this application. */
  readonly skipped?: string;
  /** What this machine lacks for it, so that nothing is known of it. */
  readonly unsupported?: string;
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
    const subject = await subjectOf(
      {
        ...{
          topology,
          door: settings.door,
          given: settings.given,
          environment,
          dataDirectory,
          phaseMs: settings.phaseMs,
          driver: settings.driver,
        },
        onCheck(found) {
          if (settings.verbose || !found.holds) say(`  ${lineOf(found)}`);
        },
      },
      signal,
    );
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
    return { fault: fault.name, checks: await tryFault(fault, subject, signal) };
  } catch (error) {
    if (error instanceof ParameterError) {
      return { fault: fault.name, checks: [], skipped: error.message };
    }
    if (signal.aborted || !(error instanceof DriverError)) throw error;
    if (error instanceof UnsupportedError) {
      return { fault: fault.name, checks: [], unsupported: error.message };
    }
    const impossible = check("it can be done here", false, error.message);
    subject.onCheck(impossible);
    return { fault: fault.name, checks: [impossible] };
  }
}

function conclusionOf(found: Verified): string {
  const { fault, checks, skipped, unsupported } = found;
  if (skipped) return `-  ${fault}: not for this application: ${skipped}`;
  if (unsupported) return `-  ${fault}: cannot be done here: ${unsupported}`;
  const holding = checks.filter(({ holds }) => holds).length;
  return `${isVerified(found) ? "ok" : "NO"} ${fault}: ${holding} of ${checks.length} hold`;
}

function lineOf({ says, holds, figures }: Check): string {
  return `${holds ? "ok" : "NO"} ${says}${figures ? ` (${figures})` : ""}`;
}
