import type { Fault } from "@faultline/faults/fault";
import type { FlagDocument } from "@faultline/faults/flags/document";
import type { Values } from "@faultline/faults/parameters";
import { asDeployed, type Service } from "../define-app.ts";

/** A fault that a document may turn on in a service, and the values of each variant that it may turn on. */
export interface Concerned {
  readonly fault: Fault;
  readonly variants: readonly (readonly [name: string, values: Values])[];
  /** Not everybody gets the same variant. */
  readonly targeted: boolean;
}

/**
 * Those of a document's flags that concern the service. Flags that are not ours, or whose values do not fit the
 * application, are passed over: somebody else may be meant.
 */
export async function readSwitches(
  document: FlagDocument,
  service: Service,
  hasTwin: (name: string) => boolean,
): Promise<readonly Concerned[]> {
  const [{ faults }, { possibleVariants }, { readParameters }] = await Promise.all([
    import("@faultline/faults"),
    import("@faultline/faults/flags/flag-of"),
    import("@faultline/faults/parameters"),
  ]);
  const topology = asDeployed({ name: service.app, table: service.table });
  const calls = topology.services[service.host]?.definition.calls ?? [];
  return faults.flatMap((fault) => {
    const flag = document.flags[fault.name];
    if (!flag) return [];
    const variants = possibleVariants(flag).flatMap(([name, given]) => {
      const values = valuesOf(() => readParameters(fault.parameters, fieldsOf(given), topology));
      return values && concerns(fault, values, { ...service, calls, hasTwin })
        ? [[name, values] as const]
        : [];
    });
    return variants.length > 0 ? [{ fault, variants, targeted: flag.targeting !== undefined }] : [];
  });
}

function valuesOf(read: () => Values): Values | undefined {
  try {
    return read();
  } catch {
    // Whoever writes a flag has its values checked and is told; a reader takes what fits.
    return undefined;
  }
}

/** A service, whom it calls, and which twins it has. */
interface Asked {
  readonly host: string;
  readonly calls: readonly string[];
  hasTwin(name: string): boolean;
}

function concerns(fault: Fault, values: Values, { host, calls, hasTwin }: Asked): boolean {
  if (fault.twin) return hasTwin(fault.name);
  if (fault.onStore || fault.onProcess) return false;
  const aboutCallers =
    fault.onCall?.calling !== undefined || fault.onCall?.attempting !== undefined;
  const isCaller = calls.includes(String(values.service));
  if (aboutCallers && isCaller && (values.caller ?? host) === host) return true;
  return values.service === host;
}

function fieldsOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === "object" && given !== null ? { ...given } : {};
}
