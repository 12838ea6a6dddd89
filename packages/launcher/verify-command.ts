import type { Driver } from "@faultline/faults/driver";
import type { Fault } from "@faultline/faults/fault";
import type { Topology } from "@faultline/faults/topology";
import type { FrontDoor } from "@faultline/faults/verify/routes";
import { isVerified, verifyFaults } from "@faultline/faults/verify/verify";

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
  const verified = await verifyFaults({ ...settings, ...where, say }, signal);
  const failed = verified.filter((one) => !isVerified(one));
  const skipped = verified.filter((one) => one.skipped !== undefined);
  say(
    `\n${verified.length - failed.length - skipped.length} of ${verified.length} faults hold` +
      (skipped.length > 0 ? `, ${skipped.length} not for this application` : "") +
      (failed.length > 0 ? `; not: ${failed.map(({ fault }) => fault).join(", ")}` : ""),
  );
  return failed.length > 0 ? 1 : 0;
}
