import type { ServiceError } from "@faultline/rpc/errors";
import { serverCodeOf } from "@faultline/stores/mongo-errors";
import { ErrorCode, serviceException } from "@faultline/thrift/social";

/** MongoDB's numbers for a document that would be larger than 16 MB. */
const tooLarge: ReadonlySet<number | undefined> = new Set([10334, 17419, 17420]);

/** Whether an update failed because its result would be larger than a document may be. */
export function isTooLarge(error: unknown): boolean {
  return tooLarge.has(serverCodeOf(error));
}

/** The answer to a follow that one of the two documents has no room for: some 340,000 entries fill it. */
export function outOfRoom(user: bigint, list: "followers" | "followees"): ServiceError {
  const text = `User ${user} cannot have more ${list}`;
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}
