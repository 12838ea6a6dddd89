import type { Driver } from "@faultline/faults/driver";
import type { Fault } from "@faultline/faults/fault";
import type { Topology } from "@faultline/faults/topology";
import type { FrontDoor } from "@faultline/faults/verify/routes";
import { isVerified, type Verified, verifyFaults } from "@faultline/faults/verify/verify";

export interface VerifyArguments {
  readonly faults: readonly Fault[];
  readonly topology: Topology;
  readonly door: FrontDoor;
  readonly given: Readonly<Record<string, string>>;
  /** Of an application that runs; left out, one is started for it. */
  readonly dataDirectory: string | undefined;
  /** Of an application that no launcher has started. */
  readonly driver: Driver | undefined;
  readonly verbose: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Tries faults on an application, says what did not hold, and answers the exit code. */
export async function verify(
  { dataDirectory, driver, ...settings }: VerifyArguments,
  signal: AbortSignal,
): Promise<number> {
  const say = (line: string) => console.log(line);
  const where = {
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    ...(driver === undefined ? {} : { driver }),
  };
  if (dataDirectory === undefined) say(`Starting ${settings.topology.name} on free ports …`);
  return conclude(await verifyFaults({ ...settings, ...where, say }, signal), say);
}

/** Says what came of it all, and answers the exit code: 1 if something did not hold, or nothing could be tried. */
export function conclude(verified: readonly Verified[], say: (line: string) => void): number {
  const failed = verified.filter((one) => !isVerified(one));
  const skipped = verified.filter((one) => one.skipped !== undefined);
  const unsupported = verified.filter((one) => one.unsupported !== undefined);
  const holding = verified.length - failed.length - skipped.length - unsupported.length;
  const names = (list: readonly Verified[]) => list.map(({ fault }) => fault).join(", ");
  say(
    `\n${holding} of ${verified.length} faults hold` +
      (skipped.length > 0 ? `, ${skipped.length} not for this application` : "") +
      (unsupported.length > 0 ? `, this machine cannot do ${names(unsupported)}` : "") +
      (failed.length > 0 ? `; not: ${names(failed)}` : ""),
  );
  return failed.length > 0 || (holding === 0 && unsupported.length > 0) ? 1 : 0;
}
