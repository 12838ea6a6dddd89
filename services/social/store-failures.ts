import { ServiceError } from "@faultline/rpc/errors";
import { ErrorCode, serviceException } from "@faultline/thrift/social";

/** Waits for MongoDB; a failure of it is the contract's `SE_MONGODB_ERROR`. */
export function ofMongo<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error) => {
    throw failure(error, ErrorCode.SE_MONGODB_ERROR);
  });
}

/** Waits for Redis; a failure of it is the contract's `SE_REDIS_ERROR`. */
export function ofRedis<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error) => {
    throw failure(error, ErrorCode.SE_REDIS_ERROR);
  });
}

/** Whether an insertion failed because there is a document like that already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "alreadyExists";
}

/** That the time is over, or the caller gone, says nothing about the store. */
function failure(error: unknown, exceptionCode: number): unknown {
  if (!(error instanceof ServiceError) || error.exceptionCode !== undefined) return error;
  if (error.code === "deadlineExceeded" || error.code === "canceled") return error;
  return serviceException(exceptionCode, textOf(error), { cause: error });
}

/** The server's own words where it spoke, as the originals pass them on; what we say of it where it did not. */
function textOf({ message, cause }: ServiceError): string {
  const spoken = cause instanceof Error && "code" in cause && typeof cause.code === "number";
  return spoken ? cause.message : message;
}
