import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import { ErrorCode, serviceException } from "@faultline/thrift/social";

/** A callee, and what the originals write to their logs when it fails; people search for these lines. */
export interface Callee {
  /** What its pool of connections is called in messages. */
  readonly name: string;
  readonly failureTexts: readonly string[];
}

/**
 * Waits for a callee. Its failure is logged and goes on as it is. That too many calls of it wait already is the
 * contract's `SE_THRIFT_CONN_ERROR`.
 */
export async function ofCallee<Result>(
  work: Promise<Result>,
  { name, failureTexts }: Callee,
  { log }: CallScope,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    // That the caller has left is nobody's failure.
    if (isOf("canceled", error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    for (const text of failureTexts) log.error(text, { reason });
    throw isOf("resourceExhausted", error) ? noConnection(name, error) : error;
  }
}

/** Whether the call failed so by itself: exceptions of the contract, a callee's about its own callees too, have other codes. */
function isOf(code: "canceled" | "resourceExhausted", error: unknown): boolean {
  return error instanceof ServiceError && error.code === code;
}

function noConnection(name: string, cause: unknown): Error {
  return serviceException(ErrorCode.SE_THRIFT_CONN_ERROR, `Failed to connect to ${name}`, {
    cause,
  });
}
