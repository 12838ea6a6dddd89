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
 * Waits for a callee. Its failure is logged and goes on as it is; that the pool of connections to it is full, in the
 * originals' words.
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
    if (error instanceof ServiceError && error.code === "canceled") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    for (const text of failureTexts) log.error(text, { reason });
    throw isOfFullPool(error) ? noConnection(name, error) : error;
  }
}

/** Whether the callee does not know the method: it is a service of the originals, and the method one of ours. */
export function isForeign(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "unimplemented";
}

/** Whether our own client says so: an exception that came over the wire, of a callee's callees, has another code. */
function isOfFullPool(error: unknown): error is ServiceError {
  if (!(error instanceof ServiceError) || error.code !== "resourceExhausted") return false;
  return error.exceptionCode === ErrorCode.SE_THRIFT_CONN_ERROR;
}

function noConnection(name: string, cause: unknown): Error {
  return serviceException(ErrorCode.SE_THRIFT_CONN_ERROR, `Failed to connect to ${name}`, {
    cause,
  });
}
