import type { ServiceError } from "@faultline/rpc/errors";
import { ErrorCode, serviceException } from "@faultline/thrift/social";

/** As many posts as one call may ask for, list or close. */
export const idsMax = 10_000;

export function assertFew(postIds: readonly bigint[]): void {
  if (postIds.length > idsMax) throw handlerError(`At most ${idsMax} posts are taken at once`);
}

export function handlerError(message: string): ServiceError {
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, message);
}
