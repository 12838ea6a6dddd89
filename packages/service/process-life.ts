import type { Telemetry } from "@faultline/telemetry";

/** How a process ends that could not start, as the original's processes do. */
export const exitCodes = { misconfigured: 1, unauthorized: 1, unreachable: 2 } as const;

/** Resolves with the first signal that asks the process to end. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
}

/** An error that nobody handled is a bug: it is said, and the process ends rather than go on in an unknown state. */
export function dieLoudly({ log }: Pick<Telemetry, "log">): void {
  process.on("uncaughtException", (error) => {
    log.error("process crashed", { reason: textOf(error), stack: error.stack });
    process.exit(1);
  });
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Does what may fail for a wrong setting; then the process ends with a sentence about it. */
export function orExit<T>(name: string, read: (warn: (sentence: string) => void) => T): T {
  const say = (sentence: string) => process.stderr.write(`${name}: ${sentence}\n`);
  try {
    return read(say);
  } catch (error) {
    return misconfigured(name, error);
  }
}

/** Ends the process with a sentence about a setting that is wrong. */
export function misconfigured(name: string, error: unknown): never {
  process.stderr.write(`${name}: ${textOf(error)}\n`);
  process.exit(exitCodes.misconfigured);
}
