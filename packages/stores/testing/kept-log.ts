import type { Logger } from "@faultline/telemetry/logger";

/** A logger that keeps its lines. */
export function keepLog(): { log: Logger; lines: { message: string; [field: string]: unknown }[] } {
  const lines: { message: string; [field: string]: unknown }[] = [];
  const keep = (message: string, fields?: Record<string, unknown>) => {
    lines.push({ message, ...fields });
  };
  const log: Logger = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  return { log, lines };
}
