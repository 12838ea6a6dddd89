import type { Call } from "../call.ts";
import { type Code, protocolName, type ServiceError } from "../errors.ts";

// What a server is to blame for; the rest is the caller's doing, or nobody's.
const serverFaults: ReadonlySet<Code> = new Set([
  "dataLoss",
  "deadlineExceeded",
  "internal",
  "unavailable",
  "unimplemented",
  "unknown",
] satisfies Code[]);

/** Whether a failure is one of the side that observed it: any for a client, only its own faults for a server. */
export function isFault(call: Call, error: ServiceError): boolean {
  if (call.kind === "client") return true;
  if (call.system === "http") return (call.outcome?.status ?? 500) >= 500;
  return serverFaults.has(error.code);
}

/** How a call ended, as its transport says it: `OK`, `UNAVAILABLE`, `200`, `500`. */
export function statusText(call: Call, error: ServiceError | undefined): string {
  if (call.system === "http") return String(call.outcome?.status ?? (error ? 500 : 200));
  return error ? protocolName(error.code) : "OK";
}

/** The code of the server behind a store or callee, such as MongoDB's 13, where the cause has one. */
export function causeCode(error: ServiceError): string | undefined {
  const { cause } = error;
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined;
  const { code } = cause;
  return typeof code === "number" || typeof code === "string" ? String(code) : undefined;
}
